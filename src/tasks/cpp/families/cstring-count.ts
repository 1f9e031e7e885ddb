import { combinations, defineFamily, names, site } from '../family.js';
import { characterInputs, characterTest, quoted } from './cstring-parts.js';
import { line, lines } from './parts-b.js';

/** Counts characters of a C string, or finds one. */
export const cstringCount = defineFamily({
  name: 'cstring-count',
  topics: ['C strings'],
  settings: combinations({
    answer: ['count', 'first', 'last', 'run'],
    test: ['digit', 'outside', 'space', 'equal', 'other', 'below'],
  }),
  draft({ answer, test }, style) {
    const text = style.name(names.text);
    const i = style.name(names.index);
    const s = style.name(answer === 'count' ? names.counter : names.best);
    const run = style.name(['run', 'streak', 'row', 'length']);
    const key = style.name(['c', 'ch', 'mark', 'wanted']);
    const c = characterTest(test, key);
    const name = `${answer}_${test}`;
    const value = `${text}[${i}]`;
    const call = ({ text: input, key: wanted }: { text: string; key: string }) => {
      const hits = [...input].map((x) => c.holds(x, wanted));
      let streak = 0;
      const runs = hits.map((hit) => (streak = hit ? streak + 1 : 0));
      const result = {
        count: hits.filter(Boolean).length,
        first: hits.indexOf(true),
        last: hits.lastIndexOf(true),
        run: Math.max(0, ...runs),
      }[answer];
      return {
        code: `char* t = strdup(${quoted(input)}); rlsf_emit(${name}(t${c.argument(wanted)})); free(t);`,
        expected: String(result),
      };
    };
    const what = {
      count: `The number of characters of ${text} that are ${c.text}.`,
      first: `The index of the first character of ${text} among those that are ${c.text}, or -1.`,
      last: `The index of the last character of ${text} among those that are ${c.text}, or -1.`,
      run: `The length of the longest run of characters of ${text} that are ${c.text}.`,
    }[answer];
    const walk = line`for (int ${i} = ${site('0', ['off_by_one', '1'])}; ${site(`${value} != '\\0'`, ['off_by_one', `${text}[${i} + 1] != '\\0'`], ['type_error', `${text} != '\\0'`])}; ${i}++) {`;
    const finish = site(`return ${s};`, ['missing_return', '']);
    const body = {
      count: () =>
        lines(`int ${s} = 0;`, walk, line`    if (${c.test(value)}) ${s}++;`, '}', finish),
      first: () =>
        lines(
          walk,
          line`    if (${c.test(value)}) return ${site(i, ['wrong_value', value])};`,
          '}',
          site('return -1;', ['missing_return', ''], ['wrong_value', 'return 0;']),
        ),
      last: () =>
        lines(
          line`int ${s} = ${site('-1', ['wrong_value', '0'])};`,
          walk,
          line`    if (${c.test(value)}) ${s} ${site('=', ['wrong_condition', '=='], ['wrong_value', '+='])} ${i};`,
          '}',
          finish,
        ),
      run: () =>
        lines(
          `int ${s} = 0;`,
          `int ${run} = 0;`,
          walk,
          line`    if (${c.test(value)}) ${run}++;`,
          site(`    else ${run} = 0;`, ['wrong_value', '']),
          line`    if (${run} ${site('>', ['wrong_condition', '<'])} ${s}) ${s} = ${run};`,
          '}',
          finish,
        ),
    }[answer]();
    return {
      statement: what,
      signature: `int ${name}(const char* ${text}${c.parameter})`,
      body,
      cases: [...characterInputs, { text: 'dEE5 5ddaa0', key: 'd' }].map(call),
    };
  },
});
