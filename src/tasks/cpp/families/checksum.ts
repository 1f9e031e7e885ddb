import { code, combinations, defineFamily, names, site } from '../family.js';

/** Check digits over a text of digits; held out whole, its pieces occur in parsing and counting. */
export const checksum = defineFamily({
  name: 'checksum',
  topics: ['strings', 'modulo'],
  heldOut: true,
  settings: combinations({
    weights: ['alternating', 'position', 'descending', 'doubled'],
    goal: ['value', 'complement'],
    form: ['string', 'c-string'],
  }),
  draft({ weights, goal, form }, style) {
    const s = style.name(names.text);
    const i = style.name(names.index);
    const sum = style.name(names.sum);
    const d = style.name(['d', 'digit', 'x']);
    const pointer = form === 'c-string';
    const modulus = style.random.pick([11, 13]);
    const f = `${weights}_${goal === 'value' ? 'checksum' : 'check_digit'}`;
    const size = pointer ? `(int)strlen(${s})` : `(int)${s}.size()`;
    const n = style.name(['n', 'len', 'size']);
    const solve = (given: string): number => {
      if (!/^[0-9]*$/.test(given)) return -1;
      const total = [...given].map(Number).reduce((all, x, at) => {
        switch (weights) {
          case 'alternating':
            return all + (at % 2 === 0 ? x : 3 * x);
          case 'position':
            return all + x * (at + 1);
          case 'descending':
            return all + x * (given.length - at);
          case 'doubled':
            return all + (at % 2 === 0 ? x : 2 * x > 9 ? 2 * x - 9 : 2 * x);
        }
      }, 0);
      return goal === 'value' ? total % modulus : (modulus - (total % modulus)) % modulus;
    };
    const call = (given: string) => ({
      code: `${pointer ? `std::vector<char> v(${given.length + 1}); memcpy(v.data(), "${given}", v.size()); rlsf_emit(${f}(v.data()));` : `std::string v = "${given}"; rlsf_emit(${f}(v));`}`,
      expected: String(solve(given)),
    });
    const odd = `${i} % 2 == 1`;
    const added = {
      alternating: code`${sum} += ${site(odd, ['off_by_one', `${i} % 2 == 0`])} ? 3 * ${d} : ${site(d, ['wrong_value', `2 * ${d}`])};`,
      position: code`${sum} += ${d} * ${site(`(${i} + 1)`, ['off_by_one', i], ['syntax', `(${i} + 1`])};`,
      descending: code`${sum} += ${d} * ${site(`(${n} - ${i})`, ['off_by_one', `(${n} - ${i} - 1)`], ['wrong_value', `${n} - ${i}`])};`,
      doubled: code`${site(`if (${odd}) ${d} *= 2;`, ['off_by_one', `if (${i} % 2 == 0) ${d} *= 2;`])}
            ${sum} += ${site(`${d} > 9 ? ${d} - 9 : ${d}`, ['wrong_condition', `${d} > 10 ? ${d} - 9 : ${d}`], ['wrong_value', d])};`,
    }[weights];
    const weight = {
      alternating: 'weights 1, 3, 1, 3 and so on',
      position: 'weights 1, 2, 3 and so on',
      descending: 'weights falling to 1 at the end',
      doubled: 'every second doubled, less 9 above 9',
    }[weights];
    const what =
      goal === 'value'
        ? `Digit sum modulo ${modulus}`
        : `Gap to a multiple of ${modulus} of the digit sum`;
    return {
      statement: `${what} of ${s}, ${weight}; -1 if not all digits.`,
      signature: `int ${f}(${pointer ? `const char* ${s}` : `const std::string& ${s}`})`,
      body: code`
        int ${n} = ${size};
        int ${sum}${site(' = 0', ['uninitialised', ''])};
        for (int ${i} = ${site('0', ['off_by_one', '1'])}; ${i} ${site('<', ['off_by_one', '<='])} ${n}; ${i}++) {
            int ${d} = ${s}[${i}] - ${site("'0'", ['wrong_value', "'1'"], ['type_error', '"0"'])};
            ${site(`if (${d} < 0 || ${d} > 9) return -1;`, ['wrong_condition', `if (${d} < 0 && ${d} > 9) return -1;`], ['off_by_one', `if (${d} < 0 || ${d} >= 9) return -1;`])}
            ${added}
        }
        return ${goal === 'value' ? site(`${sum} % ${modulus}`, ['wrong_value', `${sum} / ${modulus}`]) : site(`(${modulus} - ${sum} % ${modulus}) % ${modulus}`, ['off_by_one', `${modulus} - ${sum} % ${modulus}`], ['wrong_value', `${sum} % ${modulus}`])};
      `,
      cases: ['91905', '8362', '', '12a', '5', '4/7', '55', '7194538'].map(call),
    };
  },
});
