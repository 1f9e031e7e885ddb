import { combinations, defineFamily, names, site } from '../family.js';
import { braces, line, lines } from './parts-b.js';

/** Counts with a table of its own, which has to be released on every way out. */
export const bufferScratch = defineFamily({
  name: 'buffer-scratch',
  topics: ['arrays', 'allocation', 'leaks'],
  settings: combinations({
    question: ['distinct', 'missing', 'repeated', 'highest'],
    outside: ['ignored', 'refused'],
    alloc: ['new', 'calloc', 'malloc'],
  }),
  draft({ question, outside, alloc }, style) {
    const a = style.name(names.array);
    const n = style.name(names.count);
    const m = style.name(names.limit);
    const i = style.name(names.index);
    const seen = style.name(['seen', 'table', 'marks', 'used']);
    const result = style.name(names.counter);
    const name = `count_${question}`;
    const what = {
      distinct: `How many of 0..${m}-1 occur in ${a}[0..${n})`,
      missing: `How many of 0..${m}-1 do not occur in ${a}[0..${n})`,
      repeated: `How many of 0..${m}-1 occur more than once in ${a}[0..${n})`,
      highest: `How often the most frequent of 0..${m}-1 occurs in ${a}[0..${n})`,
    }[question];
    const release = alloc === 'new' ? `delete[] ${seen};` : `free(${seen});`;
    const wrongRelease = alloc === 'new' ? `delete ${seen};` : `delete[] ${seen};`;
    const request = {
      new: site(
        `new int[${m}]()`,
        ['uninitialised', `new int[${m}]`],
        ['type_error', `new int(${m})`],
      ),
      calloc: site(
        `(int*)calloc(${m}, sizeof(int))`,
        ['uninitialised', `(int*)malloc(${m} * sizeof(int))`],
        ['off_by_one', `(int*)calloc(${m}, 1)`],
      ),
      malloc: site(
        `(int*)malloc(${m} * sizeof(int))`,
        ['off_by_one', `(int*)malloc(${m})`],
        ['type_error', `malloc(${m} * sizeof(int))`],
      ),
    }[alloc];
    const value = `${a}[${i}]`;
    const low = site(`${value} < 0 || `, ['wrong_condition', '']);
    const high = site('>=', ['off_by_one', '>']);
    const tally = {
      distinct: line`    if (${seen}[${i}] ${site('>', ['wrong_condition', '>='])} 0) ${result}++;`,
      missing: line`    if (${seen}[${i}] ${site('==', ['type_error', '='])} 0) ${result}++;`,
      repeated: line`    if (${seen}[${i}] > ${site('1', ['off_by_one', '2'])}) ${result}++;`,
      highest: line`    if (${seen}[${i}] > ${result}) ${result} = ${site(`${seen}[${i}]`, ['wrong_value', i])};`,
    }[question];
    const call = (xs: number[], size: number) => {
      const inside = (x: number) => x >= 0 && x < size;
      const times = Array.from(
        { length: size },
        (_, x) => xs.filter((other) => other === x).length,
      );
      const answer = {
        distinct: times.filter((t) => t > 0).length,
        missing: times.filter((t) => t === 0).length,
        repeated: times.filter((t) => t > 1).length,
        highest: Math.max(0, ...times),
      }[question];
      return {
        code: `std::vector<int> v${braces(xs)}; rlsf_emit(${name}(v.data(), ${xs.length}, ${size}));`,
        expected: String(outside === 'refused' && !xs.every(inside) ? -1 : answer),
      };
    };
    return {
      statement: `${what}; ${outside === 'ignored' ? 'others do not count' : '-1 if it holds others'}; table by ${alloc}.`,
      signature: `int ${name}(const int* ${a}, int ${n}, int ${m})`,
      body: lines(
        line`int* ${seen} = ${request};`,
        alloc === 'malloc'
          ? site(
              `memset(${seen}, 0, ${m} * sizeof(int));`,
              ['uninitialised', ''],
              ['type_error', `memset(${seen}, ${m} * sizeof(int), 0);`],
            )
          : null,
        line`for (int ${i} = 0; ${i} ${site('<', ['off_by_one', '<='])} ${n}; ${i}++) {`,
        outside === 'ignored'
          ? line`    if (${site(`${value} >= 0 && `, ['wrong_condition', ''])}${value} ${site('<', ['off_by_one', '<='])} ${m}) ${seen}[${value}]++;`
          : line`    if (${low}${value} ${high} ${m}) {`,
        outside === 'ignored' ? null : site(`        ${release}`, ['leak', '']),
        outside === 'ignored' ? null : '        return -1;',
        outside === 'ignored' ? null : '    }',
        outside === 'ignored' ? null : `    ${seen}[${value}]++;`,
        '}',
        `int ${result} = 0;`,
        `for (int ${i} = 0; ${i} < ${m}; ${i}++) {`,
        tally,
        '}',
        site(release, ['leak', ''], ['type_error', wrongRelease]),
        `return ${result};`,
      ),
      cases: [
        call([2, 0, 2, 3, 2, 0], 5),
        call([], 4),
        call([0, 1, 2, 2, 2, 4, 4], 5),
        call([1, 5, 0], 5),
        call([-1, 3, 3], 4),
        call([1], 2),
      ],
    };
  },
});
