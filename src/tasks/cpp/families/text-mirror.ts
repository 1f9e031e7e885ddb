import { code, combinations, defineFamily, names, site, when } from '../family.js';
import { text } from '../literals.js';

/** Texts reversed, and compared with their mirror image. */
export const textMirror = defineFamily({
  name: 'text-mirror',
  topics: ['strings', 'two pointers'],
  settings: combinations({
    goal: ['palindrome', 'mismatches', 'reverse', 'reversed-copy', 'mirrored'],
    form: ['string', 'length', 'c-string'],
  }),
  draft({ goal, form }, style) {
    const s = style.name(names.text);
    const n = style.name(['n', 'len', 'size']);
    const i = style.name(['i', 'left', 'lo', 'p']);
    const j = style.name(['j', 'right', 'hi', 'q']);
    const c = style.name(['count', 'cnt', 'hits', 'diff']);
    const out = style.name(['out', 'res', 'copy', 'back']);
    const writes = goal === 'reverse';
    const f = {
      palindrome: 'is_palindrome',
      mismatches: 'mirror_mismatches',
      reverse: 'reverse_text',
      'reversed-copy': 'reversed',
      mirrored: 'with_mirror',
    }[goal];
    const solve = (given: string): string => {
      const back = [...given].reverse().join('');
      return {
        palindrome: String(Number(back === given)),
        mismatches: String([...given].filter((x, at) => x !== back[at]).length / 2),
        reverse: `<${back}>`,
        'reversed-copy': `<${back}>`,
        mirrored: `<${given}${back}>`,
      }[goal];
    };
    const call = (given: string) => {
      const size = form === 'c-string' ? given.length + 1 : given.length;
      const made =
        form === 'string'
          ? `std::string v = ${text(given)};`
          : `std::vector<char> v(${size}); memcpy(v.data(), ${text(given)}, v.size());`;
      const argument = { string: 'v', length: `v.data(), ${given.length}`, 'c-string': 'v.data()' }[
        form
      ];
      const emit =
        goal === 'reverse'
          ? `${f}(${argument}); rlsf_emit("<" + std::string(v.data(), ${given.length}) + ">");`
          : goal === 'palindrome' || goal === 'mismatches'
            ? `rlsf_emit(${f}(${argument}));`
            : `rlsf_emit("<" + ${f}(${argument}) + ">");`;
      // An empty vector has no storage that memcpy may be given.
      return {
        code: `${given === '' && form === 'length' ? 'std::vector<char> v;' : made} ${emit}`,
        expected: solve(given),
      };
    };
    const length = { string: `(int)${s}.size()`, length: n, 'c-string': `(int)strlen(${s})` }[form];
    const ends = code`int ${j} = ${site(`${length} - 1`, ['off_by_one', length])};`;
    const meets = site('<', ['wrong_condition', '>']);
    const down = code`for (int ${i} = ${site(`${length} - 1`, ['off_by_one', length])}; ${i} ${site('>=', ['off_by_one', '>'])} 0; ${i}--) {`;
    const bodies = {
      palindrome: () => code`
        int ${i} = ${site('0', ['off_by_one', '1'])};
        ${ends}
        while (${i} ${meets} ${j}) {
            if (${s}[${i}] ${site('!=', ['wrong_condition', '=='])} ${s}[${j}]) return ${site('false', ['wrong_value', 'true'])};
            ${site(`${i}++;\n        ${j}--;`, ['off_by_one', `${i}++;`])}
        }
        return true;
      `,
      mismatches: () => code`
        int ${c}${site(' = 0', ['uninitialised', ''])};
        int ${i} = 0;
        ${ends}
        while (${i} ${meets} ${j}) {
            if (${s}[${i}] ${site('!=', ['wrong_condition', '=='])} ${s}[${j}]) ${c}++;
            ${site(`${i}++;\n        ${j}--;`, ['off_by_one', `${i}++;`])}
        }
        return ${c};
      `,
      reverse: () => code`
        int ${i} = 0;
        ${ends}
        while (${i} ${meets} ${j}) {
            ${site(`char ${c} = ${s}[${i}]`, ['undeclared', `${c} = ${s}[${i}]`], ['type_error', `char* ${c} = ${s}[${i}]`])};
            ${s}[${i}] = ${s}[${j}];
            ${s}[${j}] = ${site(c, ['wrong_value', `${s}[${i}]`])};
            ${site(`${i}++;\n        ${j}--;`, ['off_by_one', `${i}++;`])}
        }
      `,
      'reversed-copy': () => code`
        std::string ${out};
        ${down}
            ${out} ${site('+=', ['wrong_value', '='])} ${s}[${i}];
        }
        return ${out};
      `,
      mirrored: () => code`
        std::string ${out}${form === 'length' ? site(`(${s}, ${n})`, ['wrong_value', `(${s}, 1)`]) : site(form === 'string' ? ` = ${s}` : `(${s})`, ['wrong_value', ''])};
        ${down}
            ${out}${site(`.push_back(${s}[${i}])`, ['wrong_value', ` = ${s}[${i}]`], ['undeclared', `.push(${s}[${i}])`])};
        }
        return ${site(out, ...when(form === 'string', 'wrong_value', s), ...when(form !== 'string', 'wrong_value', `std::string()`))};
      `,
    };
    const whole = form === 'length' ? `${s}[0..${n})` : s;
    const statement = {
      palindrome: `Whether ${whole} reads the same backwards.`,
      mismatches: `How many pairs of characters at mirrored places of ${whole} differ.`,
      reverse: `Reverses ${whole} in place.`,
      'reversed-copy': `The characters of ${whole} in reverse order.`,
      mirrored: `The characters of ${whole} followed by the same characters in reverse order.`,
    }[goal];
    const type = {
      palindrome: 'bool',
      mismatches: 'int',
      reverse: 'void',
      'reversed-copy': 'std::string',
      mirrored: 'std::string',
    }[goal];
    const constant = writes ? '' : 'const ';
    const parameter = {
      string: `${constant}std::string& ${s}`,
      length: `${constant}char* ${s}, int ${n}`,
      'c-string': `${constant}char* ${s}`,
    }[form];
    return {
      statement,
      signature: `${type} ${f}(${parameter})`,
      body: bodies[goal](),
      cases: [
        call('level'),
        call('abca'),
        call(''),
        call('x'),
        call('no'),
        call('abcdef'),
        call('xbcbx'),
      ],
    };
  },
});
