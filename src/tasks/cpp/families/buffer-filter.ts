import { combinations, defineFamily, names, site } from '../family.js';
import { braces, condition, line, lines, mixedInputs, showArray, shown } from './parts-b.js';

/** A new array of those elements of another that meet a condition. */
export const bufferFilter = defineFamily({
  name: 'buffer-filter',
  topics: ['arrays', 'allocation', 'out parameters'],
  settings: combinations({
    change: ['as-is', 'opposite', 'halved', 'place'],
    test: ['above', 'at-most', 'even', 'odd', 'negative'],
  }),
  draft({ change, test }, style) {
    const a = style.name(names.array);
    const n = style.name(names.count);
    const i = style.name(names.index);
    const k = style.name(names.limit);
    const out = style.name(names.buffer);
    const m = style.name(['kept', 'used', 'made', 'found']);
    const count = style.name(names.counter);
    const c = condition(test, k);
    const name = `keep_${c.word}`;
    const value = {
      'as-is': `${a}[${i}]`,
      opposite: `-${a}[${i}]`,
      halved: `${a}[${i}] / 2`,
      place: i,
    }[change];
    const what = {
      'as-is': 'the elements',
      opposite: 'the negated elements',
      halved: 'the halves of the elements',
      place: 'the indices of the elements',
    }[change];
    const slip = {
      'as-is': `${a}[${m}]`,
      opposite: `~${a}[${i}]`,
      halved: `${a}[${i}] % 2`,
      place: `${a}[${i}]`,
    }[change];
    const call = ({ values, key }: { values: readonly number[]; key: number }) => {
      const kept = values.flatMap((x, at) =>
        c.holds(x, key)
          ? [{ 'as-is': x, opposite: 0 - x, halved: Math.trunc(x / 2) + 0, place: at }[change]]
          : [],
      );
      return {
        code: `std::vector<int> v${braces(values)}; int m = -1; int* r = ${name}(v.data(), ${values.length}${c.argument(key)}, &m); ${showArray('r', 'm')} rlsf_emit(s + std::to_string(m)); delete[] r;`,
        expected: `${shown(kept)}${kept.length}`,
      };
    };
    return {
      statement: `A new[] array of ${what} of ${a}[0..${n}) that are ${c.text}; its length in *${count}.`,
      signature: `int* ${name}(const int* ${a}, int ${n}${c.parameter}, int* ${count})`,
      body: lines(
        line`int* ${out} = ${site(`new int[${n}]`, ['off_by_one', `new int[${n} - 1]`], ['type_error', `new int(${n})`])};`,
        `int ${m} = 0;`,
        line`for (int ${i} = 0; ${i} ${site('<', ['off_by_one', '<='])} ${n}; ${i}++) {`,
        line`    if (${c.test(`${a}[${i}]`)}) ${out}[${site(`${m}++`, ['off_by_one', `++${m}`])}] = ${site(value, ['wrong_value', slip])};`,
        '}',
        line`${site(`*${count} = ${m};`, ['type_error', `${count} = ${m};`], ['wrong_value', `*${count} = ${n};`], ['null_dereference', `*${count} = ${out}[${n}];`])}`,
        site(`return ${out};`, ['use_after_free', `delete[] ${out};\nreturn ${out};`]),
      ),
      cases: [
        ...mixedInputs.map(call),
        call({ values: [-1, -3, -5, 7, -9], key: -20 }),
        call({ values: [-2, -4, -6, 8], key: 8 }),
        call({ values: [4, 9, -3, 3, 12], key: 4 }),
      ],
    };
  },
});
