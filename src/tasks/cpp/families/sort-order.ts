import { combinations, defineFamily, names, site } from '../family.js';
import { braces, line, lines, showArray, shown } from './parts-b.js';

/** Sorts an array in place by one of the simple methods. */
export const sortOrder = defineFamily({
  name: 'sort-order',
  topics: ['sorting', 'arrays'],
  settings: combinations({
    method: ['insertion', 'selection', 'bubble'],
    order: ['ascending', 'descending'],
    by: ['value', 'absolute', 'digit'],
  }),
  draft({ method, order, by }, style) {
    const a = style.name(names.array);
    const n = style.name(names.count);
    const i = style.name(names.index);
    const j = style.name(names.inner);
    const x = style.name(['x', 'value', 'moved', 'held']);
    const best = style.name(names.best);
    const name = `${method}_sort`;
    const more = order === 'ascending' ? '>' : '<';
    const less = order === 'ascending' ? '<' : '>';
    const key = (value: string): string =>
      ({ value, absolute: `std::abs(${value})`, digit: `${value} % 10` })[by];
    const weigh = (value: number): number =>
      ({ value, absolute: Math.abs(value), digit: value % 10 })[by];
    const bodies = {
      insertion: () =>
        lines(
          line`for (int ${i} = 1; ${i} ${site('<', ['off_by_one', '<='])} ${n}; ${i}++) {`,
          `    int ${x} = ${a}[${i}];`,
          line`    int ${j} = ${site(i, ['off_by_one', `${i} + 1`])};`,
          line`    while (${site(`${j} > 0 && `, ['off_by_one', ''], ['off_by_one', `${j} >= 0 && `])}${key(`${a}[${j} - 1]`)} ${site(more, ['wrong_condition', less])} ${key(x)}) {`,
          line`        ${a}[${j}] = ${a}[${site(`${j} - 1`, ['wrong_value', j])}];`,
          line`        ${j}--;`,
          '    }',
          line`    ${a}[${site(j, ['wrong_value', i])}] = ${x};`,
          '}',
        ),
      selection: () =>
        lines(
          line`for (int ${i} = 0; ${i} ${site('<', ['off_by_one', '<='])} ${n}; ${i}++) {`,
          line`    int ${best} = ${site(i, ['wrong_value', '0'])};`,
          line`    for (int ${j} = ${i} + 1; ${j} ${site('<', ['off_by_one', '<='])} ${n}; ${j}++) {`,
          line`        if (${key(`${a}[${j}]`)} ${site(less, ['wrong_condition', more])} ${key(`${a}[${best}]`)}) ${best} = ${site(j, ['wrong_value', `${a}[${j}]`])};`,
          '    }',
          line`    std::swap(${a}[${i}], ${a}[${site(best, ['undeclared', j])}]);`,
          '}',
        ),
      bubble: () =>
        lines(
          line`for (int ${i} = ${n}; ${i} > 1; ${i}--) {`,
          line`    for (int ${j} = ${site('1', ['off_by_one', '0'])}; ${j} ${site('<', ['off_by_one', '<='])} ${i}; ${j}++) {`,
          line`        if (${key(`${a}[${j} - 1]`)} ${site(more, ['wrong_condition', less])} ${key(`${a}[${j}]`)}) ${site(`std::swap(${a}[${j} - 1], ${a}[${j}]);`, ['wrong_value', `${a}[${j} - 1] = ${a}[${j}];`], ['unused', `std::max(${a}[${j} - 1], ${a}[${j}]);`])}`,
          '    }',
          '}',
        ),
    };
    const sign = order === 'ascending' ? 1 : -1;
    const call = (xs: number[]) => ({
      code: `std::vector<int> v${braces(xs)}; ${name}(v.data(), ${xs.length}); ${showArray('v', 'v.size()')} rlsf_emit(s);`,
      expected: shown([...xs].sort((p, q) => sign * (weigh(p) - weigh(q)))),
    });
    const words = { value: '', absolute: ' of absolute value', digit: ' of last digit (x % 10)' }[
      by
    ];
    return {
      statement: `Sorts ${a}[0..${n}) in ${order} order${words}, in place, by ${method}.`,
      signature: `void ${name}(int* ${a}, int ${n})`,
      body: bodies[method](),
      // No two different numbers of one rank: their order would depend on the method.
      cases: [
        call([15, 3, 29, -4, 1, 40]),
        call([]),
        call([7]),
        call([2, 1]),
        call([1, 2]),
        call([9, 38, -17, 26, 15]),
        call([-11, 22, 33, 44, -95, 33]),
      ],
    };
  },
});
