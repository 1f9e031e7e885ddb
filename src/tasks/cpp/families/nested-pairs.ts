import { code, combinations, defineFamily, names, site } from '../family.js';
import { vectorOf } from '../literals.js';

/** All pairs of positions i < j looked at. */
export const nestedPairs = defineFamily({
  name: 'nested-pairs',
  topics: ['arrays', 'loops'],
  settings: combinations({
    test: ['inversion', 'equal', 'sum', 'close', 'opposite'],
    goal: ['count', 'exists', 'widest'],
    container: ['pointer', 'vector'],
  }),
  draft({ test, goal, container }, style) {
    const a = style.name(names.array);
    const n = style.name(names.count);
    const i = style.name(['i', 'p', 'x']);
    const j = style.name(['j', 'q', 'y']);
    const c = style.name(goal === 'widest' ? names.best : names.counter);
    const k = style.name(['k', 'limit', 'bound', 'key', 'target']);
    const vector = container === 'vector';
    const size = vector ? `(int)${a}.size()` : n;
    const keyed = test === 'sum' || test === 'close';
    const f = `${goal}_${test}_pairs`;
    const left = `${a}[${i}]`;
    const right = `${a}[${j}]`;
    const tests = {
      inversion: {
        text: `${left} > ${right}`,
        slips: [`${left} >= ${right}`, `${left} < ${right}`],
        words: `${left} > ${right}`,
        holds: (x: number, y: number) => x > y,
      },
      equal: {
        text: `${left} == ${right}`,
        slips: [`${left} = ${right}`, `${left} != ${right}`],
        words: `${left} = ${right}`,
        holds: (x: number, y: number) => x === y,
      },
      sum: {
        text: `(long long)${left} + ${right} == ${k}`,
        slips: [`${left} + ${right} == ${k}`, `(long long)${left} - ${right} == ${k}`],
        words: `the sum ${k}`,
        holds: (x: number, y: number) => x + y === 4,
      },
      close: {
        text: `std::abs((long long)${left} - ${right}) <= ${k}`,
        slips: [
          `std::abs((long long)${left} - ${right}) < ${k}`,
          `(long long)${left} - ${right} <= ${k}`,
          `std::abs(${left} - ${right}) <= ${k}`,
        ],
        words: `a difference of at most ${k}`,
        holds: (x: number, y: number) => Math.abs(x - y) <= 4,
      },
      opposite: {
        text: `(${left} < 0) != (${right} < 0)`,
        slips: [`(${left} < 0) == (${right} < 0)`, `(${left} <= 0) != (${right} <= 0)`],
        words: 'one negative, the other not',
        holds: (x: number, y: number) => x < 0 !== y < 0,
      },
    }[test];
    const solve = (xs: number[]): number => {
      const gaps = xs.flatMap((x, p) =>
        xs.flatMap((y, q) => (p < q && tests.holds(x, y) ? [q - p] : [])),
      );
      return { count: gaps.length, exists: Number(gaps.length > 0), widest: Math.max(0, ...gaps) }[
        goal
      ];
    };
    const call = (xs: number[]) => ({
      code: `${vectorOf('int', xs)} rlsf_emit(${f}(${vector ? 'v' : `v.data(), ${xs.length}`}${keyed ? ', 4' : ''}));`,
      expected: String(solve(xs)),
    });
    const condition = site(
      tests.text,
      ...tests.slips.map((slip): ['wrong_condition', string] => ['wrong_condition', slip]),
    );
    const found = {
      count: `${c}++`,
      exists: 'return true',
      widest: `${c} = ${j} - ${i}`,
    }[goal];
    const extra =
      goal === 'widest' ? code` && ${j} - ${i} ${site('>', ['wrong_condition', '<'])} ${c}` : [''];
    const outer = code`for (int ${i} = ${site('0', ['off_by_one', '1'])}; ${i} < ${size}; ${i}++) {`;
    const inner = code`for (int ${j} = ${site(`${i} + 1`, ['off_by_one', test === 'inversion' || test === 'opposite' || goal === 'widest' ? `${i} + 2` : i])}; ${j} ${site('<', ['off_by_one', '<='])} ${size}; ${j}++) {`;
    const words = {
      count: `Number of pairs ${i} < ${j} in ${vector ? a : `${a}[0..${n})`} with ${tests.words}`,
      exists: `Whether ${vector ? a : `${a}[0..${n})`} has a pair ${i} < ${j} with ${tests.words}`,
      widest: `Largest ${j} - ${i} of the pairs ${i} < ${j} in ${vector ? a : `${a}[0..${n})`} with ${tests.words}; 0 if none`,
    }[goal];
    const given = vector ? `const std::vector<int>& ${a}` : `const int* ${a}, int ${n}`;
    const result =
      goal === 'exists'
        ? code`return ${site('false', ['wrong_value', 'true'])};`
        : [`return ${c};`];
    const declared =
      goal === 'exists' ? '' : [`int ${c}`, site(' = 0', ['uninitialised', '']), ';\n        '];
    return {
      statement: `${words}.`,
      signature: `${goal === 'exists' ? 'bool' : 'int'} ${f}(${given}${keyed ? `, int ${k}` : ''})`,
      body: code`
        ${declared}${outer}
            ${inner}
                if (${condition}${extra}) ${found};
            }
        }
        ${result}
      `,
      cases: [
        call([3, -1, 5, 3, 0, 7]),
        call([9, -2]),
        call([]),
        call([2]),
        call([-2000000000, 2000000000, 2000000000]),
        call([-6, 10, 6, 14, 6]),
        call([7, 3, -3]),
        call([0, 20, 40]),
        call([9, 5]),
      ],
    };
  },
});
