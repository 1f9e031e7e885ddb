import { code, combinations, defineFamily, line, names, site } from '../family.js';
import { vectorOf } from '../literals.js';

/** The largest or smallest element or its position, with a rule for ties and for the empty array. */
export const extremeElement = defineFamily({
  name: 'extreme-element',
  topics: ['arrays', 'conditions'],
  settings: combinations({
    which: ['largest', 'smallest'],
    give: ['value', 'first', 'last'],
    element: ['int', 'long long'],
    container: ['pointer', 'vector'],
  }),
  draft({ which, give, element, container }, style) {
    const a = style.name(names.array);
    const n = style.name(names.count);
    const i = style.name(names.index);
    const best = style.name(names.best);
    const empty = style.random.pick([-1, -2, -100, -1000]);
    const size = container === 'vector' ? `(int)${a}.size()` : n;
    const strict = which === 'largest' ? '>' : '<';
    const reversed = which === 'largest' ? '<' : '>';
    const tie = give === 'last' ? `${strict}=` : strict;
    const slip = give === 'last' ? strict : `${strict}=`;
    const f = give === 'value' ? `${which}_value` : `${give}_${which}_index`;
    const what =
      give === 'value'
        ? `${which} element`
        : `index of the ${which} element (the ${give} one of equals)`;
    const solve = (xs: number[]): number => {
      if (xs.length === 0) return empty;
      const value = which === 'largest' ? Math.max(...xs) : Math.min(...xs);
      if (give === 'value') return value;
      return give === 'first' ? xs.indexOf(value) : xs.lastIndexOf(value);
    };
    const call = (xs: number[]) => ({
      code: `${vectorOf(element, xs)} rlsf_emit(${f}(${container === 'vector' ? 'v' : `v.data(), ${xs.length}`}));`,
      expected: String(solve(xs)),
    });
    const parameters =
      container === 'vector'
        ? `const std::vector<${element}>& ${a}`
        : `const ${element}* ${a}, int ${n}`;
    const check =
      container === 'vector'
        ? `if (${a}.empty()) return ${empty};`
        : `if (${n} == 0) return ${empty};`;
    const loop = code`for (int ${i} = 1; ${i} ${site('<', ['off_by_one', '<='])} ${size}; ${i}++) {`;
    return {
      statement: `The ${what} of ${container === 'vector' ? a : `${a}[0..${n})`}; ${empty} if there is none.`,
      signature: `${give === 'value' ? element : 'int'} ${f}(${parameters})`,
      body:
        give === 'value'
          ? code`
              ${line(check, 'null_dereference')}${element} ${best} = ${site(`${a}[0]`, ['wrong_value', which === 'largest' ? '0' : '1000'], ['off_by_one', `${a}[1]`])};
              ${loop}
                  if (${a}[${i}] ${site(tie, ['wrong_condition', reversed])} ${best}) ${best} = ${site(`${a}[${i}]`, ['wrong_value', i])};
              }
              return ${best};
            `
          : code`
              ${line(check, 'wrong_value')}int ${best}${site(' = 0', ['uninitialised', ''])};
              ${loop}
                  if (${a}[${i}] ${site(tie, ['wrong_condition', slip], ['wrong_condition', reversed])} ${a}[${best}]) ${best} = ${i};
              }
              return ${site(best, ['wrong_value', `${a}[${best}]`])};
            `,
      cases: [
        call([3, 9, 2, 9, 2, 5]),
        call([-4, -7, -3]),
        call([]),
        call([42]),
        call([1, 2, 3, 4]),
        call([8000, 6000, 6000, 7000]),
        call([5, 5, 5]),
      ],
    };
  },
});
