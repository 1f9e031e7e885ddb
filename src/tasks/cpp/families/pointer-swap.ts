import { combinations, defineFamily, site } from '../family.js';
import { line, lines } from './parts-b.js';

/** Puts two numbers into order through pointers, either of which may be null. */
export const pointerSwap = defineFamily({
  name: 'pointer-swap',
  topics: ['pointers', 'null pointers', 'arithmetic that can overflow'],
  settings: combinations({
    order: ['ascending', 'descending'],
    measure: ['value', 'square', 'digit'],
    answer: ['swapped', 'gap', 'sum'],
  }),
  draft({ order, measure, answer }, style) {
    const a = style.name(['a', 'x', 'left', 'first', 'p']);
    const b = style.name(['b', 'y', 'right', 'second', 'q']);
    const t = style.name(['t', 'tmp', 'old', 'saved']);
    const name = `order_${measure}`;
    const operator = order === 'ascending' ? '>' : '<';
    const key = (p: string): string =>
      ({ value: `*${p}`, square: `(long long)*${p} * *${p}`, digit: `*${p} % 10` })[measure];
    const compare = {
      value: site(
        `*${a} ${operator} *${b}`,
        ['overflow', `*${a} - *${b} ${operator} 0`],
        ['type_error', `${a} ${operator} ${b}`],
      ),
      square: site(
        `${key(a)} ${operator} ${key(b)}`,
        ['overflow', `*${a} * *${a} ${operator} *${b} * *${b}`],
        ['wrong_condition', `*${a} ${operator} *${b}`],
      ),
      digit: site(
        `${key(a)} ${operator} ${key(b)}`,
        ['wrong_value', `*${a} / 10 ${operator} *${b} / 10`],
        ['wrong_condition', `*${a} ${operator} *${b}`],
      ),
    }[measure];
    const failed = { swapped: 'false', gap: '-1', sum: '0' }[answer];
    const nothing = site(
      `if (${a} == nullptr || ${b} == nullptr) return ${failed};`,
      ['null_dereference', ''],
      ['null_dereference', `if (${a} == nullptr && ${b} == nullptr) return ${failed};`],
      ['null_dereference', `if (${a} == nullptr) return ${failed};`],
    );
    const swap = site(
      `    int ${t} = *${a};\n    *${a} = *${b};\n    *${b} = ${t};`,
      ['wrong_value', `    *${a} = *${b};\n    *${b} = *${a};`],
      ['wrong_value', `    int* ${t} = ${a};\n    *${a} = *${b};\n    *${b} = *${t};`],
      ['type_error', `    int ${t} = ${a};\n    *${a} = *${b};\n    *${b} = ${t};`],
    );
    const result = {
      swapped: null,
      gap: line`return ${site(`(long long)*${b} - *${a}`, ['overflow', `*${b} - *${a}`], ['wrong_value', `(long long)*${a} - *${b}`])};`,
      sum: line`return ${site(`(long long)*${a} + *${b}`, ['overflow', `*${a} + *${b}`])};`,
    }[answer];
    const type = answer === 'swapped' ? 'bool' : 'long long';
    const call = (x: number | null, y: number | null) => {
      const weigh = (v: number): number => ({ value: v, square: v * v, digit: v % 10 })[measure];
      const swaps =
        x !== null &&
        y !== null &&
        (order === 'ascending' ? weigh(x) > weigh(y) : weigh(x) < weigh(y));
      const [u, v] = swaps ? [y, x] : [x, y];
      const answered =
        u === null || v === null
          ? { swapped: 0, gap: -1, sum: 0 }[answer]
          : { swapped: swaps ? 1 : 0, gap: v - u, sum: u + v }[answer];
      const pass = (name: string, value: number | null): string =>
        value === null ? 'nullptr' : `&${name}`;
      return {
        code: `int u = ${x ?? 0}, v = ${y ?? 0}; auto r = ${name}(${pass('u', x)}, ${pass('v', y)}); rlsf_emit(std::to_string(r) + " " + std::to_string(u) + " " + std::to_string(v));`,
        expected: `${answered} ${u ?? 0} ${v ?? 0}`,
      };
    };
    const by = { value: '', square: ' of squares', digit: ' of last digits' }[measure];
    const told = {
      swapped: 'whether it swapped, false',
      gap: `*${b} - *${a} then, -1`,
      sum: 'their sum, 0',
    }[answer];
    return {
      statement: `Puts *${a} and *${b} in ${order} order${by}; returns ${told} if one is null.`,
      signature: `${type} ${name}(int* ${a}, int* ${b})`,
      body: lines(
        nothing,
        line`if (${compare}) {`,
        swap,
        answer === 'swapped' ? '    return true;' : null,
        '}',
        answer === 'swapped'
          ? site('return false;', ['missing_return', ''], ['wrong_value', 'return true;'])
          : result,
      ),
      cases: [
        call(17, 25),
        call(25, 17),
        call(-29, 13),
        call(13, -29),
        call(6, 6),
        call(2000000000, -2000000001),
        call(-2000000001, 2000000000),
        call(2000000007, 2000000003),
        call(null, 4),
        call(4, null),
        call(null, null),
      ],
    };
  },
});
