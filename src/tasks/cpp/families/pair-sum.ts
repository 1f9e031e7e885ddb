import { code, combinations, defineFamily, names, site } from '../family.js';
import { emitFor, listed, range, vectorOf } from '../literals.js';

const big = 2000000000;

/** Two indices that walk towards each other in a sorted array. */
export const pairSum = defineFamily({
  name: 'pair-sum',
  topics: ['two pointers', 'arithmetic that can overflow'],
  settings: combinations({
    goal: [
      'exists',
      'first-index',
      'count-below',
      'count-above',
      'count-at-most',
      'largest-at-most',
    ],
    order: ['ascending', 'descending'],
    container: ['pointer', 'vector'],
  }),
  draft({ goal, order, container }, style) {
    const a = style.name(names.array);
    const n = style.name(names.count);
    const i = style.name(names.index);
    const j = style.name(names.inner);
    const s = style.name(names.sum);
    const x = style.name(names.limit);
    const count = style.name(names.counter);
    const up = order === 'ascending';
    const vector = container === 'vector';
    const f = `pair_${goal.replaceAll('-', '_')}_${up ? 'up' : 'down'}`;
    const pairs = (xs: number[]) =>
      xs.flatMap((p, at) => xs.slice(at + 1).map((q) => ({ at, sum: p + q })));
    const solve = (xs: number[], k: number): number => {
      const all = pairs(xs);
      switch (goal) {
        case 'exists':
          return Number(all.some(({ sum }) => sum === k));
        case 'first-index':
          return Math.min(...all.filter(({ sum }) => sum === k).map(({ at }) => at), Infinity) ===
            Infinity
            ? -1
            : Math.min(...all.filter(({ sum }) => sum === k).map(({ at }) => at));
        case 'count-below':
          return all.filter(({ sum }) => sum < k).length;
        case 'count-above':
          return all.filter(({ sum }) => sum > k).length;
        case 'count-at-most':
          return all.filter(({ sum }) => sum <= k).length;
        case 'largest-at-most':
          return Math.max(-1, ...all.filter(({ sum }) => sum <= k).map(({ sum }) => sum));
      }
    };
    const call = (ascending: number[], k?: number) => {
      const xs = up ? ascending : [...ascending].reverse();
      const use = (q: string) => `${f}(${vector ? 'v' : `v.data(), ${xs.length}`}, ${q})`;
      return k === undefined
        ? {
            code: `${vectorOf('int', xs)} ${emitFor(0, 16, use)}`,
            expected: listed(range(0, 16).map((key) => solve(xs, key))),
          }
        : {
            code: `${vectorOf('int', xs)} rlsf_emit(${use(String(k))});`,
            expected: String(solve(xs, k)),
          };
    };
    const size = vector ? `(int)${a}.size()` : n;
    // The end whose element grows or shrinks the sum.
    const sumLine = code`long long ${s} = ${site(`(long long)${a}[${i}] + ${a}[${j}]`, ['overflow', `${a}[${i}] + ${a}[${j}]`])};`;
    const left = site('0', ['off_by_one', '1']);
    const right = site(`${size} - 1`, ['off_by_one', size]);
    const towards = up ? '<' : '>';
    const found = goal === 'exists' ? 'true' : i;
    const searching = code`
      int ${i} = ${left};
      int ${j} = ${right};
      while (${i} ${site('<', ['off_by_one', '<='])} ${j}) {
          ${sumLine}
          if (${s} == ${x}) return ${found};
          if (${s} ${site(towards, ['wrong_condition', up ? '>' : '<'])} ${x}) ${i}++;
          else ${site(`${j}--`, ['wrong_value', `${j}++`])};
      }
      return ${goal === 'exists' ? site('false', ['wrong_value', 'true']) : site('-1', ['wrong_value', i])};
    `;
    const operator =
      { 'count-below': '<', 'count-above': '>', 'count-at-most': '<=' }[goal as string] ?? '<=';
    const slip = operator.length === 2 ? operator[0] : `${operator}=`;
    // If the pair of ends meets the condition, so do all pairs of one end with those between.
    const smallFirst = (goal === 'count-above') !== up;
    const step = smallFirst ? `${i}++` : `${j}--`;
    const other = smallFirst ? `${j}--` : `${i}++`;
    const counting = code`
      int ${count}${site(' = 0', ['uninitialised', ''])};
      int ${i} = ${left};
      int ${j} = ${right};
      while (${i} < ${j}) {
          ${sumLine}
          if (${s} ${site(operator, ['wrong_condition', slip])} ${x}) {
              ${count} += ${site(`${j} - ${i}`, ['off_by_one', `${j} - ${i} + 1`], ['wrong_value', '1'])};
              ${step};
          } else ${other};
      }
      return ${count};
    `;
    const keeping = code`
      long long ${count} = ${site('-1', ['wrong_value', '0'])};
      int ${i} = ${left};
      int ${j} = ${right};
      while (${i} ${site('<', ['off_by_one', '<='])} ${j}) {
          ${sumLine}
          if (${s} <= ${x} && ${s} ${site('>', ['wrong_condition', '<'])} ${count}) ${count} = ${s};
          if (${s} ${site('<=', ['wrong_condition', '>'])} ${x}) ${up ? `${i}++` : `${j}--`};
          else ${up ? `${j}--` : `${i}++`};
      }
      return ${count};
    `;
    const whole = `${vector ? a : `${a}[0..${n})`}, sorted ${order},`;
    const statement = {
      exists: `Whether two different elements of ${whole} have the sum ${x}.`,
      'first-index': `Smallest index in ${whole} whose element and a later one sum to ${x}; else -1.`,
      'count-below': `Number of pairs of elements of ${whole} whose sum is less than ${x}.`,
      'count-above': `Number of pairs of elements of ${whole} whose sum is greater than ${x}.`,
      'count-at-most': `Number of pairs of elements of ${whole} whose sum is at most ${x}.`,
      'largest-at-most': `Largest sum >= 0 of two elements of ${whole} that is at most ${x}; else -1.`,
    }[goal];
    const type = { exists: 'bool', 'largest-at-most': 'long long' }[goal as string] ?? 'int';
    const array = vector ? `const std::vector<int>& ${a}` : `const int* ${a}, int ${n}`;
    return {
      statement,
      signature: `${type} ${f}(${array}, int ${x})`,
      body:
        goal === 'exists' || goal === 'first-index'
          ? searching
          : goal === 'largest-at-most'
            ? keeping
            : counting,
      cases: [
        call([1, 2, 4, 7, 8, 11]),
        call([]),
        call([4]),
        call([3, 5]),
        call([0, 1, 6, 9]),
        call([big, big], 9),
        call([-big, -big], -7),
      ],
    };
  },
});
