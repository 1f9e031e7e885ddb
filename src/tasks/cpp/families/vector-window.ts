import { combinations, defineFamily, names, site } from '../family.js';
import { braces, line, lines } from './parts-b.js';

/** Runs over the stretches of `k` neighbours in a vector. */
export const vectorWindow = defineFamily({
  name: 'vector-window',
  topics: ['std::vector', 'arithmetic that can overflow'],
  settings: combinations({
    pick: ['largest', 'smallest', 'place', 'above'],
    measure: ['sum', 'ends', 'rises'],
    vector: ['vector', 'pointer'],
  }),
  draft({ pick, measure, vector }, style) {
    const v = style.name(names.array);
    const n = style.name(names.count);
    const k = style.name(['k', 'width', 'w', 'span']);
    const i = style.name(['i', 'at', 'pos', 'start']);
    const j = style.name(['j', 'p', 'q', 't']);
    const s = style.name(['sum', 'total', 'now', 'score']);
    const best = style.name(pick === 'above' ? names.counter : names.best);
    const x = style.name(names.limit);
    const name = `${pick}_${measure}`;
    const wide = measure !== 'rises';
    const type = wide ? 'long long' : 'int';
    const result = pick === 'place' || pick === 'above' ? 'int' : type;
    const inner = {
      sum: [
        line`    ${site('long long', ['overflow', 'int'])} ${s} = 0;`,
        line`    for (int ${j} = ${i}; ${j} ${site('<', ['off_by_one', '<='])} ${i} + ${k}; ${j}++) ${s} += ${v}[${j}];`,
      ],
      ends: [
        line`    long long ${s} = ${site('(long long)', ['overflow', ''])}${v}[${site(`${i} + ${k} - 1`, ['off_by_one', `${i} + ${k}`])}] - ${v}[${i}];`,
      ],
      rises: [
        line`    int ${s} = ${pick === 'place' ? '0' : site('0', ['off_by_one', '1'])};`,
        line`    for (int ${j} = ${site(`${i} + 1`, ['off_by_one', i])}; ${j} < ${i} + ${k}; ${j}++) {`,
        line`        if (${v}[${j}] ${site('>', ['wrong_condition', '>='])} ${v}[${j} - 1]) ${s}++;`,
        ['    }'],
      ],
    }[measure];
    // Rises are never negative: the largest number of them may start from 0.
    const first =
      pick === 'largest' && measure === 'rises'
        ? ''
        : site(`${i} == 0 || `, ['wrong_condition', '']);
    const bestStart = { largest: '0', smallest: '0', place: '-1', above: '0' }[pick];
    const score = style.name(['most', 'peak', 'record', 'lead']);
    const size = vector === 'vector' ? `(int)${v}.size()` : n;
    const outer = line`for (int ${i} = 0; ${i} ${site('<=', ['off_by_one', '<'])} ${size} - ${k}; ${i}++) {`;
    const weigh = (xs: readonly number[]): number =>
      ({
        sum: xs.reduce((sum, value) => sum + value, 0),
        ends: xs[xs.length - 1] - xs[0],
        rises: xs.filter((value, at) => at > 0 && value > xs[at - 1]).length,
      })[measure];
    const call = (xs: number[], width: number, key = 0) => {
      const scores: number[] = [];
      for (let at = 0; at + width <= xs.length; at++) scores.push(weigh(xs.slice(at, at + width)));
      const answer = {
        largest: scores.length > 0 ? Math.max(...scores) : 0,
        smallest: scores.length > 0 ? Math.min(...scores) : 0,
        place: scores.indexOf(Math.max(...scores)),
        above: scores.filter((score) => score > key).length,
      }[pick];
      const pass = vector === 'vector' ? 'u' : `u.data(), ${xs.length}`;
      return {
        code: `std::vector<int> u${braces(xs)}; rlsf_emit(${name}(${pass}, ${width}${pick === 'above' ? `, ${key}` : ''}));`,
        expected: String(answer),
      };
    };
    const what = {
      sum: 'sum',
      ends: 'last minus first',
      rises: 'number of rises',
    }[measure];
    const stretch = `${k} neighbours in ${v}${vector === 'vector' ? '' : `[0..${n})`}`;
    const statement = {
      largest: `The largest ${what} of ${stretch}, 0 if there are too few; ${k} > 0.`,
      smallest: `The smallest ${what} of ${stretch}, 0 if there are too few; ${k} > 0.`,
      place: `Where the first largest ${what} of ${stretch} starts, -1 if too few; ${k} > 0.`,
      above: `How often the ${what} of ${stretch} is greater than ${x}; ${k} > 0.`,
    }[pick];
    const take = {
      largest: [
        line`    if (${first}${s} ${site('>', ['wrong_condition', '<'])} ${best}) ${best} = ${s};`,
      ],
      smallest: [
        line`    if (${first}${s} ${site('<', ['wrong_condition', '>'])} ${best}) ${best} = ${s};`,
      ],
      place: [
        line`    if (${i} == 0 || ${s} ${site('>', ['wrong_condition', '>='])} ${score}) {`,
        [`        ${score} = ${s};`],
        line`        ${best} = ${site(i, ['wrong_value', s])};`,
        ['    }'],
      ],
      above: [line`    if (${s} ${site('>', ['wrong_condition', '>='])} ${x}) ${best}++;`],
    }[pick];
    return {
      statement,
      signature: `${result} ${name}(${vector === 'vector' ? `const std::vector<int>& ${v}` : `const int* ${v}, int ${n}`}, int ${k}${pick === 'above' ? `, int ${x}` : ''})`,
      body: lines(
        `${result} ${best} = ${bestStart};`,
        pick === 'place' ? `${type} ${score} = 0;` : null,
        outer,
        ...inner,
        ...take,
        '}',
        `return ${best};`,
      ),
      cases: [
        call([3, 1, 4, 1, 5, 9, 2, 6], 3, 8),
        call([], 2),
        call([5, 3, 1, 2], 2),
        call([5, 5, 1, 5, 5], 2, 10),
        call([2, 2, 3, 3], 2),
        call([5, 2], 3, 1),
        call([-7, -3, -8, -6], 2, -10),
        call([4], 1, 4),
        call([2, 2, 3, 3, 4, 2], 2, 1),
        call([1, 2, 3, 4, 5, 7], 3, 2),
        call([9, 7, 6, 4, 1], 2, -2),
        call([-2000000000, 3, 2000000000, 2000000000], 3, 5),
        call([2000000000, -1, -2000000000, -2000000000], 3, 5),
      ],
    };
  },
});
