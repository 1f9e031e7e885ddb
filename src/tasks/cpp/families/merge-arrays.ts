import { code, combinations, defineFamily, names, site } from '../family.js';
import { listed, vectorOf } from '../literals.js';

/** Two arrays combined into one that the function allocates and the caller deletes. */
export const mergeArrays = defineFamily({
  name: 'merge-arrays',
  topics: ['allocation', 'arrays', 'pointers'],
  settings: combinations({
    how: ['ascending', 'descending', 'append', 'append-reversed', 'interleave', 'sums'],
    element: ['int', 'long long'],
    memory: ['new', 'malloc'],
  }),
  draft({ how, element, memory }, style) {
    const a = style.name(names.array);
    const b = style.name(names.second);
    const n = style.name(['n', 'size', 'len']);
    const m = style.name(['m', 'count', 'k']);
    const i = style.name(['i', 'p']);
    const j = style.name(['j', 'q']);
    const out = style.name(names.buffer);
    const one = how === 'interleave' || how === 'sums';
    const f = {
      ascending: 'merge_up',
      descending: 'merge_down',
      append: 'append_copy',
      'append-reversed': 'append_reversed',
      interleave: 'interleave',
      sums: 'add_arrays',
    }[how];
    const solve = (xs: number[], ys: number[]): number[] => {
      switch (how) {
        case 'ascending':
          return [...xs, ...ys].sort((p, q) => p - q);
        case 'descending':
          return [...xs, ...ys].sort((p, q) => q - p);
        case 'append':
          return [...xs, ...ys];
        case 'append-reversed':
          return [...xs, ...[...ys].reverse()];
        case 'interleave':
          return xs.flatMap((x, at) => [x, ys[at]]);
        case 'sums':
          return xs.map((x, at) => x + ys[at]);
      }
    };
    const call = (first: number[], second: number[]) => {
      const sort = (xs: number[]) =>
        how === 'ascending'
          ? [...xs].sort((p, q) => p - q)
          : how === 'descending'
            ? [...xs].sort((p, q) => q - p)
            : xs;
      const xs = sort(first);
      const ys = sort(one ? first.map((x, at) => second[at] ?? 2 * x) : second);
      const result = solve(xs, ys);
      const release = memory === 'new' ? 'delete[] r;' : 'free(r);';
      return {
        code: `${vectorOf(element, xs)} ${vectorOf(element, ys, 'u')} ${element}* r = ${f}(v.data(), ${xs.length}, u.data()${one ? '' : `, ${ys.length}`}); std::string all = "["; for (int q = 0; q < ${result.length}; q++) all += std::to_string(r[q]) + ","; ${release} rlsf_emit(all + "]");`,
        expected: listed(result),
      };
    };
    const length = { interleave: `2 * ${n}`, sums: n }[how as string] ?? `${n} + ${m}`;
    const allocate = (size: string) =>
      memory === 'new'
        ? `new ${element}[${size}]`
        : `(${element}*)malloc((${size}) * sizeof(${element}))`;
    const made = code`${element}* ${out} = ${site(
      allocate(length),
      how === 'sums' ? ['off_by_one', allocate(`${n} - 1`)] : ['off_by_one', allocate(n)],
      memory === 'new'
        ? ['off_by_one', `new ${element}(${length})`]
        : ['off_by_one', `(${element}*)malloc(${length})`],
    )};`;
    const bound = () => site('<', ['off_by_one', '<=']);
    const copyFirst = () =>
      code`for (int ${i} = 0; ${i} ${bound()} ${n}; ${i}++) ${out}[${i}] = ${a}[${i}];`;
    const sign = how === 'ascending' ? '<' : '>';
    const merge = () => code`
      ${made}
      int ${i} = 0;
      int ${j}${site(' = 0', ['uninitialised', ''])};
      while (${i} + ${j} < ${n} + ${m}) {
          if (${site(`${j} == ${m} || `, ['off_by_one', ''])}(${i} ${site('<', ['off_by_one', '<='])} ${n} && ${a}[${i}] ${site(`${sign}=`, ['wrong_condition', sign === '<' ? '>=' : '<='])} ${b}[${j}])) {
              ${out}[${i} + ${j}] = ${a}[${i}];
              ${i}++;
          } else {
              ${out}[${i} + ${j}] = ${b}[${j}];
              ${j}++;
          }
      }
      return ${out};
    `;
    const released = memory === 'new' ? `delete[] ${out};` : `free(${out});`;
    const finish = site(
      `return ${out};`,
      ['use_after_free', `${released}\n    return ${out};`],
      ['leak', `return nullptr;`],
    );
    const bodies = {
      ascending: merge,
      descending: merge,
      append: () => code`
        ${made}
        ${copyFirst()}
        for (int ${i} = 0; ${i} ${bound()} ${m}; ${i}++) ${out}[${site(`${n} + ${i}`, ['wrong_value', i])}] = ${b}[${i}];
        ${finish}
      `,
      'append-reversed': () => code`
        ${made}
        ${copyFirst()}
        for (int ${i} = 0; ${i} ${bound()} ${m}; ${i}++) ${out}[${n} + ${i}] = ${b}[${site(`${m} - 1 - ${i}`, ['off_by_one', `${m} - ${i}`], ['wrong_value', i])}];
        ${finish}
      `,
      interleave: () => code`
        ${made}
        for (int ${i} = ${site('0', ['off_by_one', '1'])}; ${i} ${bound()} ${n}; ${i}++) {
            ${out}[2 * ${i}] = ${a}[${i}];
            ${out}[${site(`2 * ${i} + 1`, ['off_by_one', `2 * ${i}`], ['off_by_one', `2 * ${i} + 2`])}] = ${b}[${i}];
        }
        ${finish}
      `,
      sums: () => code`
        ${made}
        for (int ${i} = ${site('0', ['off_by_one', '1'])}; ${i} ${bound()} ${n}; ${i}++) {
            ${out}[${i}] = ${a}[${i}] ${site('+', ['wrong_value', '-'])} ${b}[${i}];
        }
        ${finish}
      `,
    };
    const where = `in memory from ${memory === 'new' ? 'new[]' : 'malloc'}`;
    const first = `${a}[0..${n})`;
    const second = `${b}[0..${one ? n : m})`;
    const statement = {
      ascending: `Merges ${first} and ${second}, both sorted ascending, ${where}.`,
      descending: `Merges ${first} and ${second}, both sorted descending, ${where}.`,
      append: `A copy of ${first} followed by ${second}, ${where}.`,
      'append-reversed': `A copy of ${first} followed by ${second} backwards, ${where}.`,
      interleave: `${a}[0], ${b}[0], ${a}[1], ${b}[1] and so on up to ${n} of each, ${where}.`,
      sums: `The sums ${a}[${i}] + ${b}[${i}] for ${i} of 0..${n} - 1, ${where}.`,
    }[how];
    return {
      statement,
      signature: `${element}* ${f}(const ${element}* ${a}, int ${n}, const ${element}* ${b}${one ? '' : `, int ${m}`})`,
      body: bodies[how](),
      cases: [
        call([5, 2, 8], [1, 9, 5, 4]),
        call([3, 4, 7, 6, 2], [10, 20]),
        call([1], []),
        call([6, 6], [6]),
        call([-5, 0], [7, -9, 3]),
      ],
    };
  },
});
