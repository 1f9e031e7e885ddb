import { combinations, defineFamily, names, site } from '../family.js';
import { braces, line, lines, showArray, shown } from './parts-b.js';

/** A new array made of two others. */
export const bufferConcat = defineFamily({
  name: 'buffer-concat',
  topics: ['arrays', 'allocation'],
  settings: combinations({
    mode: ['append', 'alternate'],
    first: ['forward', 'backward'],
    second: ['forward', 'backward'],
    element: ['int', 'short', 'long long'],
    alloc: ['new', 'malloc'],
  }),
  draft({ mode, first, second, element, alloc }, style) {
    const a = style.name(names.array);
    const b = style.name(names.second);
    const n = style.name(names.count);
    const m = style.name(names.count);
    const i = style.name(names.index);
    const out = style.name(names.buffer);
    const name = mode === 'append' ? 'join' : 'weave';
    const total = mode === 'append' ? `${n} + ${m}` : `2 * ${n}`;
    const at = (array: string, length: string, way: 'forward' | 'backward') =>
      way === 'forward'
        ? site(`${array}[${i}]`, ['off_by_one', `${array}[${i} + 1]`])
        : site(`${array}[${length} - 1 - ${i}]`, ['off_by_one', `${array}[${length} - ${i}]`]);
    const request =
      alloc === 'new'
        ? site(
            `new ${element}[${total}]`,
            ['off_by_one', `new ${element}[${total} - 1]`],
            ['type_error', `new ${element}(${total})`],
          )
        : site(
            `(${element}*)malloc((${total}) * sizeof(${element}))`,
            ['type_error', `malloc((${total}) * sizeof(${element}))`],
            ['off_by_one', `(${element}*)malloc(${total})`],
          );
    const loop = (length: string) =>
      line`for (int ${i} = 0; ${i} ${site('<', ['off_by_one', '<='])} ${length}; ${i}++) {`;
    const finish = site(`return ${out};`, [
      'use_after_free',
      alloc === 'new' ? `delete[] ${out};\nreturn ${out};` : `free(${out});\nreturn ${out};`,
    ]);
    const body =
      mode === 'append'
        ? lines(
            line`${element}* ${out} = ${request};`,
            loop(n),
            line`    ${out}[${i}] = ${at(a, n, first)};`,
            '}',
            loop(m),
            line`    ${out}[${site(`${n} + ${i}`, ['wrong_value', i])}] = ${at(b, m, second)};`,
            '}',
            finish,
          )
        : lines(
            line`${element}* ${out} = ${request};`,
            loop(n),
            line`    ${out}[2 * ${i}] = ${at(a, n, first)};`,
            line`    ${out}[${site(`2 * ${i} + 1`, ['off_by_one', `2 * ${i}`], ['off_by_one', `2 * ${i} + 2`])}] = ${at(b, n, second)};`,
            '}',
            finish,
          );
    const call = (xs: number[], ys: number[]) => {
      const left = first === 'forward' ? xs : [...xs].reverse();
      const right = (second === 'forward' ? ys : [...ys].reverse()).slice(
        0,
        mode === 'append' ? ys.length : xs.length,
      );
      const result =
        mode === 'append' ? [...left, ...right] : left.flatMap((x, j) => [x, right[j]]);
      const sizes =
        mode === 'append' ? `${xs.length}, v.data(), ${ys.length}` : `v.data(), ${xs.length}`;
      return {
        code: `std::vector<${element}> u${braces(xs)}, v${braces(ys)}; ${element}* r = ${name}(u.data(), ${sizes}); ${showArray('r', String(result.length))} rlsf_emit(s); ${alloc === 'new' ? 'delete[] r;' : 'free(r);'}`,
        expected: shown(result),
      };
    };
    const words = (array: string, length: string, way: string) =>
      `${array}[0..${length})${way === 'forward' ? '' : ' backwards'}`;
    const made = alloc === 'new' ? 'A new[] array' : 'A malloc array';
    const equal = mode === 'append';
    return {
      statement: equal
        ? `${made} of ${words(a, n, first)} and then ${words(b, m, second)}.`
        : `${made} that takes ${words(a, n, first)} and ${words(b, n, second)} in turn, one by one.`,
      signature: equal
        ? `${element}* ${name}(const ${element}* ${a}, int ${n}, const ${element}* ${b}, int ${m})`
        : `${element}* ${name}(const ${element}* ${a}, const ${element}* ${b}, int ${n})`,
      body,
      cases: equal
        ? [
            call([3, 1, 4], [5, 9]),
            call([], [2, 6]),
            call([7, -8], []),
            call([1], [2, 3, 4]),
            call([], []),
          ]
        : [call([3, 1, 4], [5, 9, 2]), call([], []), call([7], [-8]), call([1, 2], [3, 4])],
    };
  },
});
