import { code, combinations, defineFamily, names, site } from '../family.js';
import { character, text } from '../literals.js';

const classes = {
  digit: {
    words: ['a digit', 'digits'],
    test: (c: string) => `${c} >= '0' && ${c} <= '9'`,
    slips: [(c: string) => `${c} > '0' && ${c} < '9'`, (c: string) => `${c} >= '0' || ${c} <= '9'`],
    holds: /[0-9]/,
  },
  upper: {
    words: ['an upper-case letter', 'upper-case letters'],
    test: (c: string) => `${c} >= 'A' && ${c} <= 'Z'`,
    slips: [(c: string) => `${c} >= 'A' && ${c} < 'Z'`, (c: string) => `${c} > 'A' && ${c} <= 'Z'`],
    holds: /[A-Z]/,
  },
  vowel: {
    words: ['one of a, e, i, o, u', 'letters a, e, i, o, u'],
    test: (c: string) => `${c} == 'a' || ${c} == 'e' || ${c} == 'i' || ${c} == 'o' || ${c} == 'u'`,
    slips: [
      (c: string) => `${c} == 'a' || ${c} == 'e' || ${c} == 'i' || ${c} == 'o'`,
      (c: string) => `${c} == 'a' || 'e' || 'i' || 'o' || 'u'`,
    ],
    holds: /[aeiou]/,
  },
  blank: {
    words: ['a space or a tab', 'spaces and tabs'],
    test: (c: string) => `${c} == ' ' || ${c} == '\\t'`,
    slips: [(c: string) => `${c} == ' ' && ${c} == '\\t'`, (c: string) => `${c} = ' '`],
    holds: /[ \t]/,
  },
} as const;

/** Characters of a kind in a text counted, found, or demanded of all. */
export const charCount = defineFamily({
  name: 'char-count',
  topics: ['strings', 'null'],
  settings: combinations({
    kind: ['digit', 'upper', 'vowel', 'blank'],
    goal: ['count', 'first', 'all'],
    form: ['string', 'length', 'c-string'],
  }),
  draft({ kind, goal, form }, style) {
    const s = style.name(names.text);
    const c = style.name(['c', 'ch', 'letter']);
    const i = style.name(names.index);
    const n = style.name(['count', 'cnt', 'hits', 'found', 'total']);
    const size = style.name(['n', 'len', 'size', 'm']);
    const { words, test, slips, holds } = classes[kind];
    const f = `${{ count: 'count', first: 'first', all: 'all' }[goal]}_${kind}${goal === 'first' ? '' : 's'}`;
    const pointer = form === 'c-string';
    const walks = form === 'string' && goal !== 'first';
    const cell = walks ? c : `${s}[${i}]`;
    const nothing = { count: '0', first: '-1', all: 'true' }[goal];
    const solve = (given: string | null): number => {
      const chars = [...(given ?? '')];
      if (goal === 'count') return chars.filter((x) => holds.test(x)).length;
      return goal === 'first'
        ? chars.findIndex((x) => holds.test(x))
        : Number(chars.every((x) => holds.test(x)));
    };
    const call = (given: string | null) => ({
      code:
        given === null
          ? `rlsf_emit(${f}(nullptr));`
          : form === 'length'
            ? `std::vector<char> v{${[...given].map(character).join(', ')}}; rlsf_emit(${f}(v.data(), ${given.length}));`
            : pointer
              ? `std::vector<char> v(${given.length + 1}); memcpy(v.data(), ${text(given)}, ${given.length + 1}); rlsf_emit(${f}(v.data()));`
              : `std::string v = ${text(given)}; rlsf_emit(${f}(v));`,
      expected: String(solve(given)),
    });
    const check = pointer
      ? site(
          `if (${s} == nullptr) return ${nothing};\n    `,
          ['null_dereference', ''],
          ['wrong_value', `if (${s} == nullptr) return ${goal === 'all' ? 'false' : '1'};\n    `],
        )
      : '';
    const loop = walks
      ? code`for (${site('char', ['type_error', 'string'])} ${c} : ${s}) {`
      : pointer
        ? code`for (int ${i} = ${site('0', ['off_by_one', '1'])}; ${s}[${i}] ${site('!=', ['wrong_condition', '=='])} '\\0'; ${i}++) {`
        : form === 'string'
          ? code`for (size_t ${i} = ${site('0', ['off_by_one', '1'])}; ${i} < ${s}.size()${site('', ['off_by_one', ' - 1'])}; ${i}++) {`
          : code`for (int ${i} = ${site('0', ['off_by_one', '1'])}; ${i} ${site('<', ['off_by_one', '<='])} ${size}; ${i}++) {`;
    const condition = site(
      test(cell),
      ...slips.map((slip): ['wrong_condition', string] => ['wrong_condition', slip(cell)]),
    );
    const index = form === 'string' ? `(int)${i}` : i;
    const bodies = {
      count: () => code`
        ${check}int ${n}${site(' = 0', ['uninitialised', ''])};
        ${loop}
            if (${condition}) ${n}++;
        }
        return ${n};
      `,
      first: () => code`
        ${check}${loop}
            if (${condition}) return ${site(index, ['wrong_value', cell])};
        }
        ${site('return -1;', ['wrong_value', 'return 0;'], ['missing_return', ''])}
      `,
      all: () => code`
        ${check}${loop}
            if (${site('!', ['wrong_condition', ''])}(${condition})) return false;
        }
        return ${site('true', ['wrong_value', 'false'])};
      `,
    };
    const whole = form === 'length' ? `${s}[0..${size})` : s;
    const what = {
      count: `Number of ${words[1]} in ${whole}`,
      first: `Index of the first character of ${whole} that is ${words[0]}; -1 if there is none`,
      all: `Whether every character of ${whole} is ${words[0]}; true if it is empty`,
    }[goal];
    return {
      statement: `${what}${pointer ? (goal === 'all' ? ' or null' : goal === 'count' ? '; 0 if it is null' : ' or null') : ''}.`,
      signature: `${goal === 'all' ? 'bool' : 'int'} ${f}(${{ 'c-string': `const char* ${s}`, length: `const char* ${s}, int ${size}`, string: `const std::string& ${s}` }[form]})`,
      body: bodies[goal](),
      cases: [
        call(
          {
            digit: '0 to 9 in 1987',
            upper: 'Zoo And A to Z',
            vowel: 'unique education',
            blank: ' a b\tc ',
          }[kind],
        ),
        call({ digit: '9081', upper: 'AZBY', vowel: 'uaeio', blank: '\t \t ' }[kind]),
        call(pointer ? null : 'x'),
        call(''),
        call({ digit: 'x0', upper: 'aZ', vowel: 'zu', blank: 'q\t' }[kind]),
        call({ digit: '9', upper: 'A', vowel: 'u', blank: ' ' }[kind]),
        call({ digit: '77x', upper: 'QQx', vowel: 'eey', blank: '  x' }[kind]),
      ],
    };
  },
});
