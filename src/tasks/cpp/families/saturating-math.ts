import { code, combinations, defineFamily, site } from '../family.js';
import { integer } from '../literals.js';

/** Sums, differences and products that stop at the limits of their type, or refuse. */
export const saturatingMath = defineFamily({
  name: 'saturating-math',
  topics: ['arithmetic that can overflow', 'conditions'],
  settings: combinations({
    operation: ['add', 'subtract', 'multiply', 'negate', 'absolute', 'midpoint'],
    type: ['int', 'long long'],
    overflow: ['limit', 'zero'],
  }),
  draft({ operation, type, overflow }, style) {
    const a = style.name(['a', 'x', 'p', 'u']);
    const b = style.name(['b', 'y', 'q', 'w']);
    const r = style.name(['r', 'res', 'sum', 'out']);
    const over = style.name(['over', 'flow', 'wide']);
    const [max, min] = type === 'int' ? ['INT_MAX', 'INT_MIN'] : ['LLONG_MAX', 'LLONG_MIN'];
    const top = type === 'int' ? 2147483647n : 9223372036854775807n;
    const bottom = -top - 1n;
    const limits = overflow === 'limit';
    const high = limits ? max : '0';
    const low = limits ? min : '0';
    const f = `${operation}_${limits ? 'saturating' : 'or_zero'}`;
    const binary = operation !== 'negate' && operation !== 'absolute';
    const solve = (x: bigint, y: bigint): bigint => {
      const exact = {
        add: x + y,
        subtract: x - y,
        multiply: x * y,
        negate: -x,
        absolute: x < 0n ? -x : x,
        midpoint: x + (y - x) / 2n,
      }[operation];
      if (operation === 'midpoint')
        return y - x > top ? (limits ? top : 0n) : x > y ? (limits ? x : 0n) : exact;
      if (exact > top) return limits ? top : 0n;
      if (exact < bottom) return limits ? bottom : 0n;
      return exact;
    };
    const call = (x: bigint, y: bigint) => ({
      code: `rlsf_emit(${f}(${integer(x)}${binary ? `, ${integer(y)}` : ''}));`,
      expected: String(solve(x, y)),
    });
    const guard = (condition: string, wrong: string, result: string) =>
      site(
        `if (${condition}) return ${result};\n    `,
        ['overflow', ''],
        ['wrong_condition', `if (${wrong}) return ${result};\n    `],
      );
    const bodies = {
      add: () => code`
        ${guard(`${b} > 0 && ${a} > ${max} - ${b}`, `${a} + ${b} > ${max}`, high)}${guard(`${b} < 0 && ${a} < ${min} - ${b}`, `${b} < 0 && ${a} < ${min} + ${b}`, low)}return ${site(`${a} + ${b}`, ['wrong_value', `${a} - ${b}`])};
      `,
      subtract: () => code`
        ${guard(`${b} < 0 && ${a} > ${max} + ${b}`, `${b} < 0 && ${a} > ${max} - ${b}`, high)}${guard(`${b} > 0 && ${a} < ${min} + ${b}`, `${a} - ${b} < ${min}`, low)}return ${site(`${a} - ${b}`, ['wrong_value', `${b} - ${a}`])};
      `,
      multiply: () =>
        type === 'int'
          ? code`
              long long ${r} = ${site(`(long long)${a} * ${b}`, ['overflow', `${a} * ${b}`], ['overflow', `(long long)(${a} * ${b})`])};
              if (${r} ${site('>', ['wrong_condition', '<'])} ${max}) return ${high};
              if (${r} < ${site(min, ['wrong_value', '0'])}) return ${low};
              return ${r};
            `
          : code`
              ${type} ${r} = 0;
              bool ${over} = ${site('', ['wrong_condition', '!'])}__builtin_mul_overflow(${a}, ${b}, ${site(`&${r}`, ['type_error', r])});
              if (${over}) return ${limits ? site(`(${a} < 0) == (${b} < 0) ? ${max} : ${min}`, ['wrong_condition', `(${a} < 0) != (${b} < 0) ? ${max} : ${min}`]) : site('0', ['wrong_value', r])};
              return ${r};
            `,
      negate: () => code`
        if (${a} ${site('==', ['overflow', '>'], ['syntax', '='])} ${min}) return ${site(high, ['wrong_value', limits ? min : '1'])};
        return ${site(`-${a}`, ['wrong_value', a], ['wrong_value', `~${a}`])};
      `,
      absolute: () => code`
        ${site(`if (${a} == ${min}) return ${high};\n    `, ['overflow', ''], ['wrong_value', `if (${a} == ${min}) return -1;\n    `])}return ${a} ${site('<', ['wrong_condition', '>'])} 0 ? ${site(`-${a}`, ['wrong_value', `${a} * ${a}`])} : ${a};
      `,
      midpoint: () => code`
        ${site(`if (${a} > ${b}) return ${limits ? a : '0'};\n    `, ['wrong_condition', ''], ['wrong_value', `if (${a} > ${b}) return ${b};\n    `])}${site(`if (${a} < 0 && ${b} > ${max} + ${a}) return ${high};\n    `, ['overflow', ''], ['wrong_condition', `if (${b} - ${a} < 0) return ${high};\n    `])}return ${site(`${a} + (${b} - ${a}) / 2`, ['overflow', `(${a} + ${b}) / 2`], ['wrong_value', `${a} + (${b} - ${a})`])};
      `,
    };
    const outside = limits
      ? `the nearest limit of ${type} if that overflows`
      : '0 if that overflows';
    const words = {
      add: `${a} + ${b}; ${outside}`,
      subtract: `${a} - ${b}; ${outside}`,
      multiply: `${a} * ${b}; ${outside}`,
      negate: `-${a}; ${outside}`,
      absolute: `Absolute value of ${a}; ${outside}`,
      midpoint: `Middle of ${a}..${b}, rounded down; ${limits ? `${a} if ${a} > ${b}, ${max}` : `0 if ${a} > ${b} or`} if the length overflows`,
    }[operation];
    return {
      statement: `${words}.`,
      signature: `${type} ${f}(${type} ${a}${binary ? `, ${type} ${b}` : ''})`,
      body: bodies[operation](),
      cases: [
        call(7n, 12n),
        call(-9n, 4n),
        call(top, 1n),
        call(bottom, -1n),
        call(top - 2n, top - 1n),
        call(bottom, top),
        call(0n, bottom + 6n),
        call(top, bottom),
      ],
    };
  },
});
