import { code, combinations, defineFamily, names, site } from '../family.js';
import { text } from '../literals.js';

/** Digits of a text turned into a number. */
export const parseInteger = defineFamily({
  name: 'parse-integer',
  topics: ['strings', 'parsing', 'arithmetic that can overflow'],
  settings: combinations({
    sign: ['none', 'minus', 'both'],
    base: ['decimal', 'hexadecimal'],
    stop: ['invalid', 'prefix'],
    form: ['string', 'c-string'],
  }),
  draft({ sign, base, stop, form }, style) {
    const s = style.name(names.text);
    const i = style.name(names.index);
    const r = style.name(['result', 'value', 'num', 'r', 'x']);
    const negative = style.name(['negative', 'neg', 'minus', 'below']);
    const d = style.name(['d', 'digit', 'c']);
    const ten = base === 'decimal';
    const pointer = form === 'c-string';
    const invalid = stop === 'invalid';
    const bad = invalid ? (sign === 'none' ? '-1' : '0') : '0';
    const f = `parse_${base}${sign === 'none' ? '' : sign === 'minus' ? '_signed' : '_any_sign'}`;
    const solve = (given: string): number => {
      const head = { none: '', minus: '-?', both: '[-+]?' }[sign];
      const match = new RegExp(`^(${head})(${ten ? '[0-9]' : '[0-9a-f]'}*)`).exec(given)!;
      if (invalid && match[0].length < given.length) return Number(bad);
      const value = parseInt(match[2] || '0', ten ? 10 : 16);
      return match[1] === '-' ? 0 - value : value;
    };
    const call = (given: string) => ({
      code: pointer
        ? `std::vector<char> v(${given.length + 1}); memcpy(v.data(), ${text(given)}, v.size()); rlsf_emit(${f}(v.data()));`
        : `std::string v = ${text(given)}; rlsf_emit(${f}(v));`,
      expected: String(solve(given)),
    });
    const end = pointer
      ? code`${s}[${i}] ${site('!=', ['wrong_condition', '=='])} '\\0'`
      : code`${i} ${site('<', ['wrong_condition', '>'])} ${s}.size()`;
    const fail = invalid ? `return ${bad};` : 'break;';
    const first = `${s}[0]`;
    const signs: Record<string, ReturnType<typeof code>> = {
      none: code`${pointer ? 'int' : 'size_t'} ${i} = ${site('0', ['off_by_one', '1'])};`,
      minus: code`bool ${negative} = ${site(`${first} == '-'`, ['wrong_condition', `${first} != '-'`], ['type_error', `${first} == "-"`])};
      ${pointer ? 'int' : 'size_t'} ${i} = ${site(`${negative} ? 1 : 0`, ['off_by_one', '0'])};`,
      both: code`bool ${negative} = ${site(`${first} == '-'`, ['wrong_condition', `${first} == '+'`])};
      ${pointer ? 'int' : 'size_t'} ${i} = ${site(`${negative} || ${first} == '+'`, ['off_by_one', negative], ['wrong_condition', `${negative} && ${first} == '+'`])} ? 1 : 0;`,
    };
    const decimal = () => code`
      ${signs[sign]}
      ${site('long long', ['overflow', 'int'])} ${r}${site(' = 0', ['uninitialised', ''])};
      for (; ${end}; ${i}++) {
          if (${site(`${s}[${i}] < '0' || ${s}[${i}] > '9'`, ['wrong_condition', `${s}[${i}] < '0' && ${s}[${i}] > '9'`], ['off_by_one', `${s}[${i}] <= '0' || ${s}[${i}] >= '9'`])}) ${fail}
          ${r} = ${r} * 10 + ${site(`(${s}[${i}] - '0')`, ['wrong_value', `${s}[${i}]`])};
      }
      return ${sign === 'none' ? r : site(`${negative} ? -${r} : ${r}`, ['wrong_value', r])};
    `;
    const hexadecimal = () => code`
      ${signs[sign]}
      ${site('long long', ['overflow', 'int'])} ${r} = 0;
      for (; ${end}; ${i}++) {
          int ${d}${site(' = -1', ['wrong_value', ' = 0'])};
          if (${s}[${i}] >= '0' && ${s}[${i}] <= '9') ${d} = ${s}[${i}] - '0';
          if (${s}[${i}] >= 'a' && ${s}[${i}] <= 'f') ${d} = ${s}[${i}] - ${site("'a' + 10", ['off_by_one', "'a'"])};
          if (${d} ${site('<', ['wrong_condition', '<='])} 0) ${fail}
          ${r} = ${r} * 16 + ${d};
      }
      return ${sign === 'none' ? r : site(`${negative} ? -${r} : ${r}`, ['wrong_value', r])};
    `;
    const what = {
      none: ten ? 'decimal digits' : 'hexadecimal digits (a-f)',
      minus: `${ten ? 'decimal' : 'hexadecimal (a-f)'} digits after an optional -`,
      both: `${ten ? 'decimal' : 'hexadecimal (a-f)'} digits after an optional + or -`,
    }[sign];
    return {
      statement: `Value of the ${what.replace('digits', `digits of ${s}`)}; ${invalid ? `${bad} if it has other characters` : 'stops at any other character'}.`,
      signature: `long long ${f}(${pointer ? `const char* ${s}` : `const std::string& ${s}`})`,
      body: ten ? decimal() : hexadecimal(),
      cases: [
        call('1907'),
        call({ none: '9000000000', minus: '-9000000000', both: '-9000000000' }[sign]),
        call({ none: '0059', minus: '-42', both: '+42' }[sign]),
        call(ten ? '12x4' : '3fg5'),
        call(''),
        call(ten ? '77 ' : 'a0b'),
        call({ none: '-5', minus: '5', both: '-36' }[sign]),
      ],
    };
  },
});
