import { code, combinations, defineFamily, names, site } from '../family.js';
import { emitAll, listed, vectorOf } from '../literals.js';

const kinds = ['sum', 'sum-before', 'maximum', 'minimum', 'sum-after', 'difference'] as const;

/** Running sums, maxima and differences. */
export const prefixTotals = defineFamily({
  name: 'prefix-totals',
  topics: ['arrays', 'prefix sums', 'arithmetic that can overflow'],
  settings: combinations({ kind: kinds, form: ['returned', 'written', 'in-place'] }),
  draft({ kind, form }, style) {
    const a = style.name(names.array);
    const n = style.name(names.count);
    const i = style.name(names.index);
    const s = style.name(names.sum);
    const out = style.name(names.buffer);
    const f = `${{ returned: 'make', written: 'fill', 'in-place': 'turn' }[form]}_${kind.replace('-', '_')}s`;
    const element = form === 'in-place' ? 'long long' : 'int';
    const target = form === 'in-place' ? a : out;
    const size = form === 'returned' ? `(int)${a}.size()` : n;
    const what = {
      sum: `the sum of ${a}[0..${i}]`,
      'sum-before': `the sum of ${a}[0..${i}) (0 at 0)`,
      maximum: `the largest of ${a}[0..${i}]`,
      minimum: `the smallest of ${a}[0..${i}]`,
      'sum-after': `the sum of ${a}[${i}..${form === 'returned' ? 'size' : n})`,
      difference: `${a}[${i}] - ${a}[${i} - 1] (${a}[0] at 0)`,
    }[kind];
    const solve = (xs: number[]): number[] =>
      xs.map((x, at) => {
        const head = xs.slice(0, at + 1);
        switch (kind) {
          case 'sum':
            return head.reduce((sum, y) => sum + y, 0);
          case 'sum-before':
            return head.reduce((sum, y) => sum + y, 0) - x;
          case 'maximum':
            return Math.max(...head);
          case 'minimum':
            return Math.min(...head);
          case 'sum-after':
            return xs.slice(at).reduce((sum, y) => sum + y, 0);
          case 'difference':
            return at === 0 ? x : x - xs[at - 1];
        }
      });
    const call = (xs: number[]) => {
      const use = {
        returned: `auto r = ${f}(v); ${emitAll('r')}`,
        written: `std::vector<long long> r(${xs.length}); ${f}(v.data(), ${xs.length}, r.data()); ${emitAll('r')}`,
        'in-place': `${f}(v.data(), ${xs.length}); ${emitAll('v')}`,
      }[form];
      return { code: `${vectorOf(element, xs)} ${use}`, expected: listed(solve(xs)) };
    };
    const wide = site('long long', ['overflow', 'int']);
    const ends = site('<', ['off_by_one', '<=']);
    const up = code`for (int ${i} = 0; ${i} ${ends} ${size}; ${i}++) {`;
    const down = code`for (int ${i} = ${site(`${size} - 1`, ['off_by_one', size])}; ${i} ${site('>=', ['off_by_one', '>'])} 0; ${i}--) {`;
    const zero = site(' = 0', ['uninitialised', '']);
    const sign = kind === 'maximum' ? '>' : '<';
    const loops = {
      sum: code`
        ${wide} ${s}${zero};
        ${up}
            ${s} ${site('+=', ['wrong_value', '='])} ${a}[${i}];
            ${target}[${i}] = ${s};
        }
      `,
      'sum-before':
        form === 'in-place'
          ? code`
              ${wide} ${s}${zero};
              ${up}
                  long long x = ${a}[${i}];
                  ${a}[${i}] = ${s};
                  ${s} += ${site('x', ['wrong_value', `${a}[${i}]`])};
              }
            `
          : code`
              ${wide} ${s}${zero};
              ${up}
                  ${site(`${out}[${i}] = ${s};\n        ${s} += ${a}[${i}];`, ['wrong_value', `${s} += ${a}[${i}];\n        ${out}[${i}] = ${s};`])}
              }
            `,
      maximum: running(),
      minimum: running(),
      'sum-after': code`
        ${wide} ${s}${zero};
        ${down}
            ${s} ${site('+=', ['wrong_value', '='])} ${a}[${i}];
            ${target}[${i}] = ${s};
        }
      `,
      difference:
        form === 'in-place'
          ? code`
              for (int ${i} = ${site(`${n} - 1`, ['off_by_one', n])}; ${i} ${site('>', ['off_by_one', '>='])} 0; ${i}--) {
                  ${a}[${i}] ${site('-=', ['wrong_value', '+='])} ${a}[${i} - 1];
              }
            `
          : code`
              ${up}
                  ${out}[${i}] = ${site(`${i} == 0`, ['wrong_condition', `${i} <= 1`], ['off_by_one', `${i} < 0`])} ? ${a}[${i}] : ${site('(long long)', ['overflow', ''])}${a}[${i}] - ${a}[${i} - 1];
              }
            `,
    };
    function running() {
      return code`
        long long ${s} = ${site(`${size} > 0 ? ${a}[0] : 0`, ['wrong_value', kind === 'maximum' ? '0' : '9'], ['null_dereference', `${a}[0]`])};
        ${up}
            if (${a}[${i}] ${site(sign, ['wrong_condition', sign === '>' ? '<' : '>'])} ${s}) ${s} = ${a}[${i}];
            ${target}[${i}] = ${site(s, ['wrong_value', `${a}[0]`])};
        }
      `;
    }
    const body = loops[kind];
    const made = site(`std::vector<long long> ${out}(${a}.size());\n`, [
      'null_dereference',
      `std::vector<long long> ${out};\n`,
    ]);
    const signature = {
      returned: `std::vector<long long> ${f}(const std::vector<int>& ${a})`,
      written: `void ${f}(const int* ${a}, int ${n}, long long* ${out})`,
      'in-place': `void ${f}(long long* ${a}, int ${n})`,
    }[form];
    const statement = {
      returned: `A vector that holds at ${i} ${what}.`,
      written: `Writes to ${out}[${i}], for each ${i} of 0..${n} - 1, ${what}.`,
      'in-place': `Replaces each ${a}[${i}] of ${a}[0..${n}) by ${what}, of the old values.`,
    }[form];
    const big = form === 'in-place' ? 3000000000 : 2000000000;
    return {
      statement,
      signature,
      body: form === 'returned' ? ['    ', made, ...body, `    return ${out};\n`] : body,
      cases: [
        call([3, 1, 4, 1, 5]),
        call([-2, -7, -1]),
        call([]),
        call([12]),
        call([big, big, -big, 5]),
        call([5, -big, big, big]),
        call([1, 8, 20, 15]),
      ],
    };
  },
});
