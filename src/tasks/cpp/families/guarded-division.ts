import { code, combinations, defineFamily, line, names, site, when } from '../family.js';
import { integer, vectorOf } from '../literals.js';

const truncated = (x: bigint, y: bigint): bigint => x / y;

/** Quotients whose divisor may be zero. */
export const guardedDivision = defineFamily({
  name: 'guarded-division',
  topics: ['division', 'arithmetic that can overflow'],
  settings: combinations({
    goal: [
      'average',
      'positive-average',
      'percentage',
      'round-up',
      'remainder',
      'quotient',
      'exact',
    ],
    type: ['int', 'long long'],
    bad: ['zero', 'minus-one'],
  }),
  draft({ goal, type, bad }, style) {
    const xs = style.name(names.array);
    const n = style.name(names.count);
    const i = style.name(names.index);
    const s = style.name(names.sum);
    const c = style.name(names.counter);
    const a = style.name(['a', 'part', 'p', 'top']);
    const b = style.name(['b', 'whole', 'q', 'parts']);
    const nothing =
      goal === 'exact' ? (bad === 'zero' ? 'false' : 'true') : bad === 'zero' ? '0' : '-1';
    const f = `${goal.replace('-', '_')}${bad === 'zero' ? '_or_zero' : '_checked'}`;
    const none = BigInt({ false: 0, true: 1, '0': 0, '-1': -1 }[nothing]!);
    const min = type === 'int' ? -2147483648n : -9223372036854775808n;
    const callAll = (values: bigint[]) => {
      const used = goal === 'average' ? values : values.filter((x) => x > 0n);
      const sum = used.reduce((total, x) => total + x, 0n);
      return {
        code: `${vectorOf(type, values)} rlsf_emit(${f}(v.data(), ${values.length}));`,
        expected: String(used.length === 0 ? none : truncated(sum, BigInt(used.length))),
      };
    };
    const solve = (x: bigint, y: bigint): bigint => {
      if (y === 0n || (x === min && y === -1n) || (goal === 'round-up' && y < 0n)) return none;
      switch (goal) {
        case 'percentage':
          return truncated(100n * x, y);
        case 'round-up':
          return truncated(x, y) + (x % y > 0n ? 1n : 0n);
        case 'remainder':
          return ((x % y) + (y < 0n ? -y : y)) % (y < 0n ? -y : y);
        case 'exact':
          return BigInt(x % y === 0n);
        default:
          return truncated(x, y);
      }
    };
    const call = (x: bigint, y: bigint) => ({
      code: `rlsf_emit(${f}(${integer(x)}, ${integer(y)}));`,
      expected: String(solve(x, y)),
    });
    const minimum = type === 'int' ? 'INT_MIN' : 'LLONG_MIN';
    const check = (extra: string) =>
      line(`if (${b} == 0${extra}) return ${nothing};`, 'division_by_zero', [
        'division_by_zero',
        extra === '' ? `if (${a} == 0) return ${nothing};` : `if (${b} == 0) return ${nothing};`,
      ]);
    const both = ` || (${a} == ${minimum} && ${b} == -1)`;
    const loop = code`for (int ${i} = ${site('0', ['off_by_one', '1'])}; ${i} ${site('<', ['off_by_one', '<='])} ${n}; ${i}++) {`;
    const bodies = {
      average: () => code`
        ${site(`if (${n} == 0) return ${nothing};\n    `, ['division_by_zero', ''], ...when(bad === 'zero', 'wrong_condition', `if (${n} != 0) return ${nothing};\n    `))}${site('long long', ...when(type === 'int', 'overflow', 'int'))} ${s}${site(' = 0', ['uninitialised', ''])};
        ${loop}
            ${s} += ${xs}[${i}];
        }
        return ${s} / ${site(n, ['off_by_one', `(${n} + 1)`], ['wrong_value', '2'])};
      `,
      'positive-average': () => code`
        ${site('long long', ...when(type === 'int', 'overflow', 'int'))} ${s} = 0;
        int ${c}${site(' = 0', ['uninitialised', ''])};
        ${loop}
            if (${xs}[${i}] <= 0) continue;
            ${s} += ${xs}[${i}];
            ${site(`${c}++;`, ['wrong_value', `${c} = ${i};`])}
        }
        return ${site(`${c} == 0 ? ${nothing} : `, ['division_by_zero', ''], ['wrong_condition', `${c} != 0 ? ${nothing} : `])}${s} / ${site(c, ['wrong_value', n])};
      `,
      percentage: () => code`
        ${check('')}return ${site(type === 'int' ? '100LL * ' + a : `100 * ${a}`, ...when(type === 'int', 'overflow', `100 * ${a}`), ['wrong_value', a])} / ${site(b, ['wrong_value', `${b} * 100`])};
      `,
      'round-up': () => code`
        ${site(`if (${b} <= 0) return ${nothing};\n    `, ['division_by_zero', ''], ['division_by_zero', `if (${b} < 0) return ${nothing};\n    `])}${type} ${c} = ${a} / ${b};
        if (${site(`${a} % ${b} > 0`, ['wrong_condition', `${a} % ${b} >= 0`], ['wrong_condition', `${a} % ${b} != 0`])}) ${site(`${c}++`, ['wrong_value', `${c}--`])};
        return ${c};
      `,
      remainder: () => code`
        ${check(both)}${type} ${c} = ${site(`${a} % ${b}`, ['wrong_value', `${a} / ${b}`])};
        if (${c} ${site('<', ['wrong_condition', '>'], ['wrong_condition', '<='])} 0) ${c} += ${site(`${b} < 0 ? -${b} : ${b}`, ['wrong_value', b])};
        return ${c};
      `,
      quotient: () => code`
        ${check(both)}return ${site(`${a} / ${b}`, ['wrong_value', `${b} / ${a}`], ['wrong_value', `${a} % ${b}`])};
      `,
      exact: () => code`
        ${check(both)}return ${site(`${a} % ${b} == 0`, ['wrong_condition', `${a} / ${b} == 0`], ['wrong_condition', `${a} % ${b}`], ['wrong_condition', `${b} % ${a} == 0`])};
      `,
    };
    const overflow = 'the division overflows';
    const words = {
      average: `Average of ${xs}[0..${n}), truncated; ${nothing} if there are no elements`,
      'positive-average': `Average, truncated, of the positive elements of ${xs}[0..${n}); ${nothing} if there are none`,
      percentage: `How many per cent of ${b} ${a} is, truncated; ${nothing} if ${b} is 0`,
      'round-up': `${a} / ${b} rounded up; ${nothing} if ${b} is 0 or negative`,
      remainder: `Remainder of ${a} / ${b}, never negative; ${nothing} if ${b} is 0 or ${overflow}`,
      quotient: `${a} / ${b}, truncated; ${nothing} if ${b} is 0 or ${overflow}`,
      exact: `Whether ${b} divides ${a}; ${nothing} if ${b} is 0 or ${overflow}`,
    }[goal];
    const arrays = goal === 'average' || goal === 'positive-average';
    const big = type === 'int' ? 2000000000n : 4000000000000000000n;
    const large = type === 'int' ? 2000000000n : 90000000000000000n;
    const result = goal === 'exact' ? 'bool' : arrays || goal === 'percentage' ? 'long long' : type;
    return {
      statement: `${words}.`,
      signature: `${result} ${f}(${arrays ? `const ${type}* ${xs}, int ${n}` : `${type} ${a}, ${type} ${b}`})`,
      body: bodies[goal](),
      cases: arrays
        ? [
            callAll([4n, 8n, 3n, 9n]),
            callAll([]),
            callAll([7n]),
            callAll([-5n, -2n, 0n]),
            callAll([big, big]),
            callAll([6n, -3n, 12n]),
            callAll([9n, 0n, 1n, 1n, 1n]),
          ]
        : [
            call(17n, 5n),
            call(9n, 0n),
            call(0n, 7n),
            call(-7n, 2n),
            call(large, large / 3n),
            call(12n, 4n),
            goal === 'percentage' || goal === 'round-up' ? call(3n, 8n) : call(min, -1n),
            call(goal === 'remainder' ? -7n : 5n, -3n),
          ],
    };
  },
});
