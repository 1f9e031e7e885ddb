import { combinations, defineFamily, names, site } from '../family.js';
import { braces, line, lines, showArray, shown } from './parts-b.js';

/** Replaces a heap array by one of another length, as realloc would. */
export const bufferGrow = defineFamily({
  name: 'buffer-grow',
  topics: ['arrays', 'allocation', 'use after free'],
  heldOut: true,
  settings: combinations({
    fill: ['constant', 'zero', 'index'],
    side: ['end', 'front'],
    element: ['int', 'long long'],
    alloc: ['new', 'malloc'],
  }),
  draft({ fill, side, element, alloc }, style) {
    const a = style.name(names.array);
    const n = style.name(names.count);
    const m = style.name(names.count);
    const i = style.name(names.index);
    const x = style.name(names.limit);
    const out = style.name(names.buffer);
    const name = `resize_${side}`;
    const release = alloc === 'new' ? `delete[] ${a};` : `free(${a});`;
    const filler = { constant: x, zero: '0', index: i }[fill];
    const what = { constant: `copies of ${x}`, zero: 'zeros', index: 'their own indices' }[fill];
    const kept =
      side === 'end'
        ? site(`${i} < ${n}`, ['off_by_one', `${i} <= ${n}`])
        : site(`${i} >= ${m} - ${n}`, ['off_by_one', `${i} > ${m} - ${n}`]);
    const old =
      side === 'end'
        ? site(`${a}[${i}]`, ['off_by_one', `${a}[${i} + 1]`])
        : site(`${a}[${i} - (${m} - ${n})]`, ['wrong_value', `${a}[${i}]`]);
    const request =
      alloc === 'new'
        ? site(
            `new ${element}[${m}]`,
            ['off_by_one', `new ${element}[${n}]`],
            ['type_error', `new ${element}(${m})`],
          )
        : site(
            `(${element}*)malloc(${m} * sizeof(${element}))`,
            ['off_by_one', `(${element}*)malloc(${m})`],
            ['type_error', `malloc(${m} * sizeof(${element}))`],
          );
    const call = (xs: number[], length: number, value: number) => {
      const added = Array.from({ length: length - xs.length }, (_, j) =>
        fill === 'constant' ? value : fill === 'zero' ? 0 : side === 'end' ? xs.length + j : j,
      );
      const result = side === 'end' ? [...xs, ...added] : [...added, ...xs];
      const size = `${xs.length} * sizeof(${element})`;
      const make =
        alloc === 'new'
          ? `${element}* r = new ${element}[${xs.length}];`
          : `${element}* r = (${element}*)malloc(${size});`;
      return {
        code: `std::vector<${element}> v${braces(xs)}; ${make} for (std::size_t i = 0; i < v.size(); i++) r[i] = v[i]; r = ${name}(r, ${xs.length}, ${length}${fill === 'constant' ? `, ${value}` : ''}); ${showArray('r', String(length))} rlsf_emit(s); ${alloc === 'new' ? 'delete[] r;' : 'free(r);'}`,
        expected: shown(result),
      };
    };
    return {
      statement: `Replaces the ${alloc}${alloc === 'new' ? '[]' : ''} array ${a} of ${n} elements by one of ${m} >= ${n}, with ${what} at the ${side}.`,
      signature: `${element}* ${name}(${element}* ${a}, int ${n}, int ${m}${fill === 'constant' ? `, ${element} ${x}` : ''})`,
      body: lines(
        line`${element}* ${out} = ${request};`,
        line`for (int ${i} = 0; ${i} ${site('<', ['off_by_one', '<='])} ${m}; ${i}++) {`,
        line`    ${out}[${i}] = ${kept} ? ${old} : ${filler};`,
        '}',
        site(release, ['leak', ''], ['use_after_free', release.replace(a, out)]),
        line`return ${site(out, ['use_after_free', a])};`,
      ),
      cases: [
        call([4, 7, 1], 5, 9),
        call([], 2, -3),
        call([6, 2], 2, 5),
        call([8], 4, 0),
        call([3, 3], 9, 1),
      ],
    };
  },
});
