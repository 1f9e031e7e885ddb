import { code, combinations, defineFamily, line, names, site } from '../family.js';
import { emitFor, listed, range } from '../literals.js';

/** Fast-growing results that stop before they overflow. */
export const guardedProduct = defineFamily({
  name: 'guarded-product',
  topics: ['arithmetic that can overflow', 'loops'],
  settings: combinations({
    what: ['factorial', 'power', 'double-factorial', 'double-plus-one', 'doubling', 'fibonacci'],
    type: ['int', 'long long'],
    bad: ['minus-one', 'zero'],
  }),
  draft({ what, type, bad }, style) {
    const n = style.name(['n', 'k', 'm', 'e']);
    const x = style.name(['x', 'base', 'b', 'start']);
    const i = style.name(['i', 'j', 'step']);
    const r = style.name(names.sum);
    const next = style.name(['next', 'later', 'q']);
    const nothing = bad === 'zero' ? '0' : '-1';
    const max = type === 'int' ? 'INT_MAX' : 'LLONG_MAX';
    const maxValue = type === 'int' ? 2147483647n : 9223372036854775807n;
    const f = what.replaceAll('-', '_');
    const based = what === 'power' || what === 'doubling';
    const solve = (count: number, base = 0): bigint => {
      const none = BigInt(nothing);
      if (count < 0) return none;
      let value = what === 'doubling' ? BigInt(base) : 1n;
      let following = 1n;
      for (let at = 1n; at <= BigInt(count); at++) {
        if (what === 'fibonacci') [value, following] = [following, value + following];
        else if (what === 'factorial') value *= at;
        else if (what === 'power') value *= BigInt(base);
        else if (what === 'doubling') value *= 2n;
        else if (what === 'double-factorial') value *= (BigInt(count) - at) % 2n === 0n ? at : 1n;
        else value = value * 2n + 1n;
        if (value > maxValue || (what === 'fibonacci' && following > maxValue)) return none;
      }
      return value;
    };
    const span = (from: number, to: number, base?: number) => ({
      code: emitFor(from, to, (q) => `${f}(${base === undefined ? '' : `${base}, `}${q})`),
      expected: listed(range(from, to).map((count) => solve(count, base))),
    });
    const check = line(`if (${n} < 0) return ${nothing};`, 'wrong_condition', [
      'wrong_condition',
      `if (${n} <= 0) return ${nothing};`,
    ]);
    const one = site(' = 1', ['uninitialised', ''], ['wrong_value', ' = 0']);
    const guard = (condition: string, weaker: string) =>
      site(
        `if (${condition}) return ${nothing};\n        `,
        ['overflow', ''],
        ['overflow', `if (${weaker}) return ${nothing};\n        `],
      );
    const bound = () => site('<=', ['off_by_one', '<']);
    const over = (factor: string) => guard(`${r} > ${max} / ${factor}`, `${r} * ${factor} < 0`);
    const bodies = {
      factorial: () => code`
        ${check}${type} ${r}${one};
        for (int ${i} = 2; ${i} ${bound()} ${n}; ${i}++) {
            ${over(i)}${r} ${site('*=', ['wrong_value', '+='])} ${i};
        }
        return ${r};
      `,
      power: () => code`
        ${check}${type} ${r}${one};
        for (int ${i} = ${site('0', ['off_by_one', '1'])}; ${i} < ${n}; ${i}++) {
            ${over(x)}${r} *= ${site(x, ['wrong_value', r])};
        }
        return ${r};
      `,
      'double-factorial': () => code`
        ${check}${type} ${r}${one};
        for (int ${i} = ${n}; ${i} ${site('>', ['wrong_condition', '>='])} 0; ${site(`${i} -= 2`, ['wrong_value', `${i}--`])}) {
            ${over(i)}${r} *= ${i};
        }
        return ${r};
      `,
      'double-plus-one': () => code`
        ${check}${type} ${r}${one};
        for (int ${i} = 1; ${i} ${bound()} ${n}; ${i}++) {
            ${guard(`${r} > (${max} - 1) / 2`, `2 * ${r} + 1 < 0`)}${r} = 2 * ${r} + ${site('1', ['wrong_value', i])};
        }
        return ${r};
      `,
      doubling: () => code`
        ${check}${type} ${r} = ${site(x, ['wrong_value', '1'])};
        for (int ${i} = ${site('0', ['off_by_one', '1'])}; ${i} ${site('<', ['off_by_one', '<='])} ${n}; ${i}++) {
            ${over('2')}${r} = ${site(`${r} * 2`, ['wrong_value', `${r} * ${r}`])};
        }
        return ${r};
      `,
      fibonacci: () => code`
        ${check}${type} ${r}${one};
        ${type} ${next} = 1;
        for (int ${i} = 0; ${i} ${site('<', ['off_by_one', '<='])} ${n}; ${i}++) {
            ${guard(`${next} > ${max} - ${r}`, `${r} + ${next} < 0`)}${next} += ${r};
            ${r} = ${site(`${next} - ${r}`, ['wrong_value', next])};
        }
        return ${r};
      `,
    };
    const words = {
      factorial: `${n}!`,
      power: `${x} to the power ${n} (${x} > 0)`,
      'double-factorial': `${n} * (${n} - 2) * (${n} - 4) and so on down to 1 or 2; 1 for ${n} = 0`,
      'double-plus-one': `1 after ${n} times doubling and adding 1`,
      doubling: `${x} doubled ${n} times (${x} > 0)`,
      fibonacci: `Fibonacci number ${n}, where numbers 0 and 1 are 1`,
    }[what];
    const overflow = what === 'fibonacci' ? 'it or the next overflows' : 'it overflows';
    const far = type === 'int' ? 50 : 100;
    const cases = based
      ? [
          span(0, 3, 3),
          span(-2, 1, 5),
          span(14, 22, 4),
          span(28, 34, 2),
          span(58, 66, 2),
          span(0, 4, 1),
          span(far, far + 1, 7),
        ]
      : [
          span(0, 4),
          span(-2, 1),
          span(11, 16),
          span(18, 24),
          span(28, 36),
          span(42, 48),
          span(60, far > 60 ? 96 : 66),
        ];
    return {
      statement: `${words}; ${nothing} if ${n} is negative or ${overflow}.`,
      signature: `${type} ${f}(${based ? `${type} ${x}, ` : ''}int ${n})`,
      body: bodies[what](),
      cases,
    };
  },
});
