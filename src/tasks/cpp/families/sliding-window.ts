import { code, combinations, defineFamily, line, names, site, when } from '../family.js';
import { vectorOf } from '../literals.js';

/** Windows of neighbours; held out whole, its pieces occur in sums, runs and extremes. */
export const slidingWindow = defineFamily({
  name: 'sliding-window',
  topics: ['arrays', 'arithmetic that can overflow'],
  heldOut: true,
  settings: combinations({
    goal: ['largest-sum', 'smallest-sum', 'count-above', 'first-above'],
    element: ['int', 'long long'],
    container: ['pointer', 'vector'],
  }),
  draft({ goal, element, container }, style) {
    const a = style.name(names.array);
    const n = style.name(['n', 'size', 'len']);
    const k = style.name(['k', 'w', 'width', 'm']);
    const i = style.name(names.index);
    const s = style.name(names.sum);
    const best = style.name(goal === 'count-above' ? names.counter : names.best);
    const x = style.name(['limit', 'bound', 'x', 'key']);
    const vector = container === 'vector';
    const size = vector ? `(int)${a}.size()` : n;
    const limited = goal === 'count-above' || goal === 'first-above';
    const nothing = goal === 'first-above' ? '-1' : '0';
    const f = `window_${goal.replace('-', '_')}`;
    const solve = (xs: number[], width: number, limit: number): number => {
      if (width <= 0 || width > xs.length) return Number(nothing);
      const sums = xs
        .slice(0, xs.length - width + 1)
        .map((_, at) => xs.slice(at, at + width).reduce((sum, y) => sum + y, 0));
      switch (goal) {
        case 'largest-sum':
          return Math.max(...sums);
        case 'smallest-sum':
          return Math.min(...sums);
        case 'count-above':
          return sums.filter((sum) => sum > limit).length;
        case 'first-above':
          return sums.findIndex((sum) => sum > limit);
      }
    };
    const call = (xs: number[], width: number, limit = 5) => ({
      code: `${vectorOf(element, xs)} rlsf_emit(${f}(${vector ? 'v' : `v.data(), ${xs.length}`}, ${width}${limited ? `, ${limit}` : ''}));`,
      expected: String(solve(xs, width, limit)),
    });
    const check = line(`if (${k} <= 0 || ${k} > ${size}) return ${nothing};`, 'off_by_one', [
      'wrong_condition',
      `if (${k} <= 0 || ${k} >= ${size}) return ${nothing};`,
    ]);
    const sum = code`${site('long long', ...when(element === 'int', 'overflow', 'int'))} ${s}${site(' = 0', ['uninitialised', ''])};`;
    const drop = site(
      `${i} >= ${k}`,
      ['off_by_one', `${i} > ${k}`],
      ['wrong_condition', `${i} < ${k}`],
    );
    const full = site(`${i} >= ${k} - 1`, ['off_by_one', `${i} >= ${k}`]);
    const loop = code`for (int ${i} = 0; ${i} ${site('<', ['off_by_one', '<='])} ${size}; ${i}++) {`;
    const sign = goal === 'largest-sum' ? '>' : '<';
    const bodies = {
      extreme: () => code`
        ${check}${sum}
        for (int ${i} = 0; ${i} ${site('<', ['off_by_one', '<='])} ${k}; ${i}++) ${s} += ${a}[${i}];
        long long ${best} = ${site(s, ['wrong_value', '0'])};
        for (int ${i} = ${site(k, ['off_by_one', `${k} + 1`])}; ${i} < ${size}; ${i}++) {
            ${s} += ${a}[${i}] - ${a}[${site(`${i} - ${k}`, ['off_by_one', `${i} - ${k} + 1`])}];
            if (${s} ${site(sign, ['wrong_condition', sign === '>' ? '<' : '>'])} ${best}) ${best} = ${s};
        }
        return ${best};
      `,
      count: () => code`
        ${check}${sum}
        int ${best} = 0;
        ${loop}
            ${s} += ${a}[${i}];
            if (${drop}) ${s} -= ${a}[${i} - ${k}];
            if (${full} && ${s} ${site('>', ['wrong_condition', '>='])} ${x}) ${best}++;
        }
        return ${best};
      `,
      first: () => code`
        ${check}${sum}
        ${loop}
            ${s} += ${a}[${i}];
            if (${drop}) ${s} -= ${a}[${i} - ${k}];
            if (${full} && ${s} ${site('>', ['wrong_condition', '>='])} ${x}) return ${site(`${i} - ${k} + 1`, ['off_by_one', `${i} - ${k}`])};
        }
        return -1;
      `,
    };
    const whole = vector ? a : `${a}[0..${n})`;
    const words = {
      'largest-sum': `Largest sum of ${k} neighbours in ${whole}; 0 if ${k} is not in 1..size`,
      'smallest-sum': `Smallest sum of ${k} neighbours in ${whole}; 0 if ${k} is not in 1..size`,
      'count-above': `How many groups of ${k} neighbours in ${whole} have a sum above ${x}; 0 if ${k} is not in 1..size`,
      'first-above': `Start of the first ${k} neighbours in ${whole} with a sum above ${x}; -1 if none`,
    }[goal];
    const big = 1500000000;
    const given = vector
      ? `const std::vector<${element}>& ${a}`
      : `const ${element}* ${a}, int ${n}`;
    return {
      statement: `${words}.`,
      signature: `${limited ? 'int' : 'long long'} ${f}(${given}, int ${k}${limited ? `, int ${x}` : ''})`,
      body: bodies[
        goal === 'count-above' ? 'count' : goal === 'first-above' ? 'first' : 'extreme'
      ](),
      cases: [
        call([2, 5, 1, 8, 2, 9], 3, 13),
        call([-4, -1, -7], 2, -9),
        call([6, 3], 3, 1),
        call([7, 2], 2, 8),
        call([big, 0, big, 0, 1, 2], 3),
        call([5, 9, 4, 6], 1),
        call([3, 4], 0, -1),
        call([7, 2, 1], 2, 30),
        call([1, 1, 9, 9], 2, 10),
        call([6, 8, 3], 2, 13),
      ],
    };
  },
});
