import { combinations, defineFamily, names, site } from '../family.js';
import { characterInputs, characterTest, quoted } from './cstring-parts.js';
import { line, lines } from './parts-b.js';

/** A new C string of some of the characters of another. */
export const cstringCopy = defineFamily({
  name: 'cstring-copy',
  topics: ['C strings', 'allocation'],
  settings: combinations({
    keep: ['digit', 'outside', 'space', 'other', 'below'],
    change: ['as-is', 'next', 'twice', 'backwards'],
    alloc: ['malloc', 'new'],
  }),
  draft({ keep, change, alloc }, style) {
    const text = style.name(names.text);
    const out = style.name(names.buffer);
    const p = style.name(change === 'backwards' ? names.index : ['p', 'it', 'cur', 'ptr']);
    const m = style.name(['m', 'used', 'end', 'at']);
    const key = style.name(['c', 'ch', 'mark', 'skip']);
    const c = characterTest(keep, key);
    const name = `keep_${keep}`;
    const length = change === 'twice' ? `2 * strlen(${text})` : `strlen(${text})`;
    const request =
      alloc === 'malloc'
        ? site(
            `(char*)malloc(${length} + 1)`,
            ['off_by_one', `(char*)malloc(${length})`],
            ['type_error', `malloc(${length} + 1)`],
          )
        : site(
            `new char[${length} + 1]`,
            ['off_by_one', `new char[${length}]`],
            ['type_error', `new char(${length} + 1)`],
          );
    const value = change === 'backwards' ? `${text}[${p}]` : `*${p}`;
    const put = site(`${out}[${m}++]`, ['off_by_one', `${out}[++${m}]`]);
    const copied = {
      'as-is': (s: string) => s,
      next: (s: string) => [...s].map((x) => String.fromCharCode(x.charCodeAt(0) + 1)).join(''),
      twice: (s: string) => [...s].map((x) => x + x).join(''),
      backwards: (s: string) => [...s].reverse().join(''),
    }[change];
    const call = ({ text: input, key: wanted }: { text: string; key: string }) => ({
      code: `char* t = strdup(${quoted(input)}); char* r = ${name}(t${c.argument(wanted)}); rlsf_emit(std::string(r)); ${alloc === 'malloc' ? 'free(r)' : 'delete[] r'}; free(t);`,
      expected: copied([...input].filter((x) => c.holds(x, wanted)).join('')),
    });
    const how = {
      'as-is': '',
      next: ', each moved on by one code',
      twice: ', each twice',
      backwards: ', last one first',
    }[change];
    return {
      statement: `A new ${alloc === 'new' ? 'char[] by new' : 'C string by malloc'} of the characters of ${text} that are ${c.text}${how}.`,
      signature: `char* ${name}(const char* ${text}${c.parameter})`,
      body: lines(
        line`char* ${out} = ${request};`,
        `int ${m} = 0;`,
        change === 'backwards'
          ? line`for (int ${p} = (int)strlen(${text})${site(' - 1', ['off_by_one', keep === 'digit' || keep === 'space' ? ' + 1' : ''])}; ${p} ${site('>=', ['off_by_one', '>'])} 0; ${p}--) {`
          : line`for (const char* ${p} = ${text}; ${site(`*${p} != '\\0'`, ['off_by_one', `${p}[1] != '\\0'`], ['null_dereference', `${p} != nullptr`])}; ${p}++) {`,
        change === 'twice'
          ? line`    if (${c.test(value)}) {`
          : line`    if (${c.test(value)}) ${put} = ${change === 'next' ? line`${value} ${site('+ 1', ['wrong_value', '- 1'])}` : [value]};`,
        change === 'twice' ? `        ${out}[${m}++] = ${value};` : null,
        change === 'twice'
          ? site(`        ${out}[${m}++] = ${value};`, [
              'off_by_one',
              `        ${out}[${m}] = ${value};`,
            ])
          : null,
        change === 'twice' ? '    }' : null,
        '}',
        site(
          `${out}[${m}] = '\\0';`,
          ['uninitialised', ''],
          ['off_by_one', `${out}[${m} + 1] = '\\0';`],
        ),
        `return ${out};`,
      ),
      cases: characterInputs.map(call),
    };
  },
});
