import { code, combinations, defineFamily, names, site } from '../family.js';
import { integer } from '../literals.js';

/** The decimal digits of a number. */
export const digits = defineFamily({
  name: 'digits',
  topics: ['arithmetic that can overflow', 'loops', 'division'],
  settings: combinations({
    goal: ['sum', 'count', 'reverse', 'largest', 'occurrences', 'palindrome', 'even'],
    type: ['int', 'long long'],
    negative: ['as-positive', 'refused'],
  }),
  draft({ goal, type, negative }, style) {
    const n = style.name(['n', 'x', 'value', 'num']);
    const s = style.name(goal === 'largest' ? names.best : names.sum);
    const d = style.name(['d', 'digit', 'last']);
    const k = style.name(['k', 'want', 'c']);
    const old = style.name(['old', 'start', 'saved']);
    const f = {
      sum: 'digit_sum',
      count: 'digit_count',
      reverse: 'reverse_digits',
      largest: 'largest_digit',
      occurrences: 'count_digit',
      palindrome: 'digits_palindrome',
      even: 'even_digits',
    }[goal];
    const refused = negative === 'refused';
    const no = goal === 'palindrome' ? 'false' : '-1';
    const solve = (x: bigint): bigint => {
      if (x < 0n && refused) return goal === 'palindrome' ? 0n : -1n;
      const shown = String(x < 0n ? -x : x);
      const list = [...shown].map(Number);
      switch (goal) {
        case 'sum':
          return BigInt(list.reduce((sum, y) => sum + y, 0));
        case 'count':
          return BigInt(list.length);
        case 'reverse':
          return BigInt([...shown].reverse().join(''));
        case 'largest':
          return BigInt(Math.max(...list));
        case 'occurrences':
          return BigInt(list.filter((y) => y === 3).length);
        case 'palindrome':
          return BigInt([...shown].reverse().join('') === shown);
        case 'even':
          return BigInt(list.filter((y) => y % 2 === 0).length);
      }
    };
    const call = (x: bigint) => ({
      code: `rlsf_emit(${f}(${integer(x)}${goal === 'occurrences' ? ', 3' : ''}));`,
      expected: String(solve(x)),
    });
    // The smallest number has no positive counterpart of its own type: negating it overflows.
    const wide = type === 'int' ? 'long long' : 'unsigned long long';
    const m = style.name(['m', 'rest', 'left']);
    const positive = refused
      ? code`${site(`if (${n} < 0) return ${no};\n    `, ...(goal === 'palindrome' ? [['wrong_value', `if (${n} < 0) return true;\n    `] as ['wrong_value', string]] : [['wrong_condition', ''] as ['wrong_condition', string]]), ['wrong_condition', `if (${n} > 0) return ${no};\n    `])}${type} ${m} = ${n};`
      : type === 'int'
        ? code`long long ${m} = ${n} < 0 ? ${site(`-(long long)${n}`, ['overflow', `-${n}`], ['wrong_value', n])} : ${n};`
        : code`${wide} ${m} = ${n} < 0 ? ${site(`0 - (${wide})${n}`, ['overflow', `-${n}`])} : ${n};`;
    const initial = site(
      ' = 0',
      ['uninitialised', ''],
      ...(goal === 'largest'
        ? [['wrong_value', ' = 9'] as ['wrong_value', string]]
        : [['wrong_value', ' = 1'] as ['wrong_value', string]]),
    );
    const more = () => site(`${m} > 0`, ['off_by_one', `${m} > 9`], ['endless_loop', `${m} >= 0`]);
    const cut = site(`${m} /= 10`, ['wrong_value', `${m} %= 10`]);
    const digit = () =>
      site(`${m} % 10`, ['wrong_value', `${m} / 10`], ['wrong_value', `${m} % 9`]);
    const result = type === 'int' ? 'long long' : refused ? type : wide;
    const bodies = {
      sum: () => code`
        ${positive}
        int ${s}${initial};
        while (${site(`${m} > 0`, ['off_by_one', `${m} > 9`])}) {
            ${s} += ${digit()};
            ${cut};
        }
        return ${s};
      `,
      count: () => code`
        ${positive}
        int ${s} = ${site('1', ['off_by_one', '0'])};
        while (${m} ${site('>=', ['off_by_one', '>'])} 10) {
            ${s}++;
            ${site(`${m} /= 10`, ['wrong_value', `${m} %= 10`])};
        }
        return ${s};
      `,
      reverse: () => code`
        ${positive}
        ${site(result, ...(type === 'int' ? [['overflow', 'int'] as ['overflow', string]] : []), ['type_error', 'auto'])} ${s}${initial};
        while (${site(`${m} > 0`, ['off_by_one', `${m} > 9`])}) {
            ${s} = ${s} * 10 + ${digit()};
            ${cut};
        }
        return ${s};
      `,
      largest: () => code`
        ${positive}
        int ${s}${initial};
        while (${site(`${m} > 0`, ['off_by_one', `${m} > 9`])}) {
            int ${d} = ${digit()};
            if (${d} ${site('>', ['wrong_condition', '<'])} ${s}) ${s} = ${d};
            ${cut};
        }
        return ${s};
      `,
      occurrences: () => code`
        ${positive}
        int ${s}${initial};
        while (${site(`${m} > 0`, ['off_by_one', `${m} > 9`])}) {
            int ${d} = ${digit()};
            if (${d} ${site('==', ['wrong_condition', '!='], ['syntax', '='])} ${k}) ${s}++;
            ${cut};
        }
        return ${s};
      `,
      palindrome: () => code`
        ${positive}
        ${wide} ${old} = ${site(m, ['wrong_value', '0'])};
        ${wide} ${s}${initial};
        while (${site(`${m} > 0`, ['off_by_one', `${m} > 9`])}) {
            ${s} = ${s} * 10 + ${digit()};
            ${cut};
        }
        return ${s} == ${site(old, ['wrong_value', m])};
      `,
      even: () => code`
        ${positive}
        int ${s} = ${site(`${m} == 0`, ['off_by_one', '0'])};
        while (${more()}) {
            if (${m} % 2 ${site('==', ['wrong_condition', '!='])} 0) ${s}++;
            ${cut};
        }
        return ${s};
      `,
    };
    const rule = refused ? `${no} if it is negative` : 'the sign of a negative number is ignored';
    const words = {
      sum: `Sum of the decimal digits of ${n}`,
      count: `Number of decimal digits of ${n}, 1 for 0`,
      reverse: `${n} with its decimal digits in reverse order`,
      largest: `Largest decimal digit of ${n}`,
      occurrences: `How often ${k} (1 to 9) occurs among the decimal digits of ${n}`,
      palindrome: `Whether the decimal digits of ${n} read the same backwards`,
      even: `Number of even decimal digits of ${n}, 1 for 0`,
    }[goal];
    const returns = goal === 'palindrome' ? 'bool' : goal === 'reverse' ? result : 'int';
    const smallest = type === 'int' ? -2147483648n : -9223372036854775808n;
    const least = refused ? -1234n : smallest;
    return {
      statement: `${words}; ${rule}.`,
      signature: `${returns} ${f}(${type} ${n}${goal === 'occurrences' ? `, int ${k}` : ''})`,
      body: bodies[goal](),
      cases: [
        call(1230n),
        call(0n),
        call(3n),
        call(8448n),
        call(goal === 'reverse' || goal === 'palindrome' ? 1999999999n : 2000000999n),
        call(-3003n),
        call(least),
        call(10n),
      ],
    };
  },
});
