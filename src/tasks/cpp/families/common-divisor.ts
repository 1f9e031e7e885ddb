import { code, combinations, defineFamily, site } from '../family.js';
import { vectorOf, integer } from '../literals.js';

const gcd = (x: bigint, y: bigint): bigint => (y === 0n ? (x < 0n ? -x : x) : gcd(y, x % y));

/** Euclid's algorithm and what rests on it. */
export const commonDivisor = defineFamily({
  name: 'common-divisor',
  topics: ['arithmetic that can overflow', 'division', 'loops'],
  settings: combinations({
    goal: ['gcd', 'lcm', 'coprime', 'steps', 'of-array', 'reduced'],
    type: ['int', 'long long', 'unsigned'],
  }),
  draft({ goal, type }, style) {
    const a = style.name(['a', 'x', 'p', 'm']);
    const b = style.name(['b', 'y', 'q', 'n']);
    const t = style.name(['t', 'rest', 'r', 'mod']);
    const c = style.name(['c', 'count', 'steps']);
    const v = style.name(['v', 'xs', 'data', 'nums']);
    const i = style.name(['i', 'j', 'k']);
    const old = style.name(['first', 'start', 'saved']);
    const signed = type !== 'unsigned';
    const f = {
      gcd: 'gcd_of',
      lcm: 'lcm_of',
      coprime: 'is_coprime',
      steps: 'euclid_steps',
      'of-array': 'gcd_all',
      reduced: 'reduced_top',
    }[goal];
    const steps = (x: bigint, y: bigint): bigint => (y === 0n ? 0n : 1n + steps(y, x % y));
    const solve = (x: bigint, y: bigint): bigint => {
      switch (goal) {
        case 'lcm':
          return x === 0n || y === 0n ? 0n : (x / gcd(x, y)) * y;
        case 'coprime':
          return BigInt(gcd(x, y) === 1n);
        case 'steps':
          return steps(x, y);
        case 'reduced':
          return gcd(x, y) === 0n ? 0n : x / gcd(x, y);
        default:
          return gcd(x, y);
      }
    };
    const call = (x: number, y: number) => ({
      code: `rlsf_emit(${f}(${integer(x)}, ${integer(y)}));`,
      expected: String(solve(BigInt(x), BigInt(y))),
    });
    const callAll = (xs: number[]) => ({
      code: `${vectorOf(type, xs)} rlsf_emit(${f}(v));`,
      expected: String(xs.reduce((sum, x) => gcd(sum, BigInt(x)), 0n)),
    });
    // Modulo by the other one divides by zero where that one is 0.
    const loop = (pad = '') =>
      code`while (${site([`${b} != 0`, `${b} > 0`], ['division_by_zero', `${a} != 0`], ['wrong_condition', `${b} == 0`])}) {
        ${pad}    ${type} ${t} = ${site(`${a} % ${b}`, ['wrong_value', `${a} / ${b}`])};
        ${pad}    ${site(`${a} = ${b};\n        ${pad}${b} = ${t};`, ['wrong_value', `${b} = ${t};\n        ${pad}${a} = ${b};`])}
        ${pad}}`;
    const bodies = {
      gcd: () => code`
        ${loop()}
        return ${site(a, ['wrong_value', b])};
      `,
      lcm: () => code`
        ${site(`if (${a} == 0 || ${b} == 0) return 0;\n    `, ['division_by_zero', ''])}${site('long long', ...(signed && type === 'int' ? [['overflow', 'int'] as ['overflow', string]] : []), ['undeclared', ''])} ${old} = (long long)${a} * ${b};
        ${loop()}
        return ${old} / ${site(a, ['division_by_zero', b])};
      `,
      coprime: () => code`
        ${loop()}
        return ${a} ${site('==', ['wrong_condition', '!='], ['wrong_condition', '<='])} 1;
      `,
      steps: () => code`
        int ${c}${site(' = 0', ['uninitialised', ''], ['off_by_one', ' = 1'])};
        while (${site([`${b} != 0`, `${b} > 0`], ['division_by_zero', `${a} != 0`])}) {
            ${type} ${t} = ${site(`${a} % ${b}`, ['wrong_value', `${a} / ${b}`])};
            ${a} = ${b};
            ${b} = ${t};
            ${site(`${c}++`, ['wrong_value', `${c} += ${t}`])};
        }
        return ${c};
      `,
      'of-array': () => code`
        ${type} ${a}${site(' = 0', ['uninitialised', ''], ['wrong_value', ' = 1'])};
        for (size_t ${i} = ${site('0', ['off_by_one', '1'])}; ${i} ${site('<', ['off_by_one', '<='])} ${v}.size(); ${i}++) {
            ${type} ${b} = ${v}[${i}];
            while (${site(`${b} != 0`, ['division_by_zero', `${a} != 0`])}) {
                ${type} ${t} = ${a} % ${b};
                ${a} = ${b};
                ${b} = ${t};
            }
        }
        return ${a};
      `,
      reduced: () => code`
        ${type} ${old} = ${site(a, ['wrong_value', b])};
        ${loop()}
        return ${site(`${a} == 0 ? 0 : `, ['division_by_zero', ''])}${old} / ${site(a, ['division_by_zero', b])};
      `,
    };
    const statement = {
      gcd: `Greatest common divisor of ${a} and ${b}, neither negative; 0 if both are 0.`,
      lcm: `Least common multiple of ${a} and ${b}, neither negative; 0 if one is 0.`,
      coprime: `Whether ${a} and ${b}, neither negative, have the greatest common divisor 1.`,
      steps: `How many divisions Euclid's algorithm makes for ${a} and ${b}, neither negative, before ${b} is 0.`,
      'of-array': `Greatest common divisor of all elements of ${v}, none negative; 0 if there are none.`,
      reduced: `Numerator of the fraction ${a}/${b} in lowest terms, neither negative; 0 if both are 0.`,
    }[goal];
    const result = { coprime: 'bool', lcm: 'long long', steps: 'int' }[goal as string] ?? type;
    const parameters =
      goal === 'of-array' ? `const std::vector<${type}>& ${v}` : `${type} ${a}, ${type} ${b}`;
    return {
      statement,
      signature: `${result} ${f}(${parameters})`,
      body: bodies[goal](),
      cases:
        goal === 'of-array'
          ? [
              callAll([12, 18, 27]),
              callAll([]),
              callAll([0, 5]),
              callAll([7]),
              callAll([8, 0, 20]),
              callAll([6, 4]),
            ]
          : [
              call(12, 18),
              call(7, 0),
              call(0, 4),
              call(0, 0),
              call(35, 64),
              call(100000, 99999),
              call(90, 15),
            ],
    };
  },
});
