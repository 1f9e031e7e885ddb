import { combinations, defineFamily, names, site } from '../family.js';
import { line, lines } from './parts-b.js';

const sets = { one: ['()', '[]', '{}'], two: ['()', '[]', '{}', '<>'] } as const;

/** Brackets that must match, checked with a vector as a stack. */
export const stackBrackets = defineFamily({
  name: 'stack-brackets',
  topics: ['stacks', 'std::vector', 'strings'],
  settings: combinations({
    kinds: ['one', 'two'],
    answer: ['balanced', 'pairs', 'depth', 'place'],
    text: ['string', 'pointer'],
  }),
  draft({ kinds, answer, text: form }, style) {
    const text = style.name(names.text);
    const stack = style.name(['stack', 'open', 'todo', 'waiting']);
    const s = style.name(answer === 'pairs' ? names.counter : names.best);
    const c = style.name(['c', 'ch', 'x', 'sign']);
    const i = style.name(['i', 'j', 'k', 'pos']);
    const pairs = style.random.shuffle(sets[kinds]).slice(0, kinds === 'one' ? 1 : 2);
    const name = {
      balanced: 'is_balanced',
      pairs: 'count_pairs',
      depth: 'depth',
      place: 'first_error',
    }[answer];
    const element = `${text}[${i}]`;
    const type = answer === 'balanced' ? 'bool' : 'int';
    const failed = { balanced: 'false', pairs: '-1', depth: '-1', place: i }[answer];
    const push = (pair: string): string => `${stack}.push_back('${pair[1]}');`;
    const opens = pairs.map(
      (pair, at) => `    ${at > 0 ? 'else ' : ''}if (${c} == '${pair[0]}') ${push(pair)}`,
    );
    const closer = pairs.map((pair) => `${c} == '${pair[1]}'`).join(' || ');
    const matches = (wrong: boolean): string => `${stack}.back() ${wrong ? '==' : '!='} ${c}`;
    const judge = (input: string): number => {
      const waiting: string[] = [];
      let found = 0;
      let depth = 0;
      for (const [at, x] of [...input].entries()) {
        const pair = pairs.find((candidate) => candidate.includes(x));
        if (pair === undefined) continue;
        if (x === pair[0]) {
          waiting.push(pair[1]);
          depth = Math.max(depth, waiting.length);
        } else {
          if (waiting.pop() !== x) return { balanced: 0, pairs: -1, depth: -1, place: at }[answer];
          found++;
        }
      }
      const done = waiting.length === 0;
      return {
        balanced: Number(done),
        pairs: done ? found : -1,
        depth: done ? depth : -1,
        place: done ? -1 : input.length,
      }[answer];
    };
    /** The inputs are written with () and []; with one kind [] is just text. */
    const drawn = kinds === 'one' ? `${pairs[0]}--` : pairs.join('');
    const inputs = [
      '',
      '(a[b](c))',
      ')',
      '([)]',
      '(([',
      '[](()x)]',
      '([])[[(y)]]()',
      ']]([',
      '([]',
    ].map((input) =>
      [...input].map((x) => ('()[]'.includes(x) ? drawn['()[]'.indexOf(x)] : x)).join(''),
    );
    const call = (input: string) => ({
      code:
        form === 'string'
          ? `std::string t = "${input}"; rlsf_emit(${name}(t));`
          : `char* t = strdup("${input}"); rlsf_emit(${name}(t)); free(t);`,
      expected: String(judge(input)),
    });
    const over =
      form === 'string'
        ? answer === 'place'
          ? line`for (int ${i} = 0; ${i} < (int)${text}.size(); ${i}++) {`
          : [`for (char ${c} : ${text}) {`]
        : answer === 'place'
          ? line`for (int ${i} = 0; ${site(`${element} != '\\0'`, ['off_by_one', `${text}[${i} + 1] != '\\0'`])}; ${i}++) {`
          : line`for (const char* ${i} = ${text}; ${site(`*${i} != '\\0'`, ['off_by_one', `${i}[1] != '\\0'`])}; ${i}++) {`;
    const load =
      answer === 'place'
        ? `    char ${c} = ${element};`
        : form === 'pointer'
          ? `    char ${c} = *${i};`
          : null;
    const empty = `${stack}.empty()`;
    const finish = {
      balanced: line`return ${site(empty, ['wrong_value', 'true'], ['wrong_condition', `!${empty}`])};`,
      pairs: line`return ${site(`${empty} ? ${s} : -1`, ['wrong_value', s])};`,
      depth: line`return ${site(`${empty} ? ${s} : -1`, ['wrong_value', s])};`,
      place: line`return ${site(`${empty} ? -1 : (int)${form === 'string' ? `${text}.size()` : `strlen(${text})`}`, ['wrong_value', '-1'])};`,
    }[answer];
    const listed = pairs.join('');
    const what = {
      balanced: `Whether the brackets ${listed} in ${text} match.`,
      pairs: `The number of pairs of brackets ${listed} in ${text}, -1 if they do not match.`,
      depth: `The greatest depth of the brackets ${listed} in ${text}, -1 if they do not match.`,
      place: `The index of the first wrong closing bracket of ${listed}; if one stays open the length, else -1.`,
    }[answer];
    return {
      statement: what,
      signature: `${type} ${name}(const ${form === 'string' ? 'std::string&' : 'char*'} ${text})`,
      body: lines(
        `std::vector<char> ${stack};`,
        answer === 'pairs' || answer === 'depth' ? `int ${s} = 0;` : null,
        over,
        load,
        ...opens,
        line`    else if (${closer}) {`,
        kinds === 'one'
          ? site(
              `        if (${empty}) return ${failed};`,
              ['null_dereference', ''],
              ['wrong_condition', `        if (!${empty}) return ${failed};`],
            )
          : line`        if (${site(`${empty} || `, ['null_dereference', ''])}${site(matches(false), ['wrong_condition', matches(true)])}) return ${failed};`,
        site(`        ${stack}.pop_back();`, ['wrong_value', '']),
        answer === 'pairs' ? site(`        ${s}++;`, ['wrong_value', '']) : null,
        '    }',
        answer === 'depth' ? `    if ((int)${stack}.size() > ${s}) ${s} = ${stack}.size();` : null,
        '}',
        finish,
      ),
      cases: inputs.map(call),
    };
  },
});
