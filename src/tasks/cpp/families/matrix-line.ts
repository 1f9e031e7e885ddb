import { code, combinations, defineFamily, line, names, site, when } from '../family.js';
import { integer } from '../literals.js';

/** One row or column of a matrix reduced, with a bounds check. */
export const matrixLine = defineFamily({
  name: 'matrix-line',
  topics: ['matrices', 'bounds'],
  settings: combinations({
    axis: ['row', 'column'],
    reduce: ['sum', 'positive', 'largest', 'zeros-only'],
    shape: ['flat', 'nested'],
    outside: ['negative-one', 'zero'],
  }),
  draft({ axis, reduce, shape, outside }, style) {
    const a = style.name(names.matrix);
    const rows = style.name(['rows', 'h', 'n']);
    const cols = style.name(['cols', 'w', 'm']);
    const at = style.name(axis === 'row' ? ['r', 'row', 'y'] : ['c', 'col', 'x']);
    const i = style.name(['i', 'j', 'k']);
    const s = style.name(reduce === 'largest' ? names.best : names.sum);
    const nested = shape === 'nested';
    const logical = reduce === 'zeros-only';
    const nothing = logical ? 'false' : outside === 'zero' ? '0' : '-1';
    // For the one reduction without a number the rule for outside lines changes the type instead.
    const type = logical ? (outside === 'zero' ? 'long long' : 'short') : 'int';
    const f = `${axis}_${reduce.replace('-', '_')}`;
    const height = nested ? `(int)${a}.size()` : rows;
    const width = nested ? `(int)${a}[0].size()` : cols;
    const length = axis === 'row' ? width : height;
    const other = axis === 'row' ? height : width;
    const cell = axis === 'row' ? [at, i] : [i, at];
    const wrongCell = axis === 'row' ? [i, at] : [at, i];
    const index = ([r, c]: string[], stride = cols) =>
      nested ? `${a}[${r}][${c}]` : `${a}[${r} * ${stride} + ${c}]`;
    const element = () =>
      site(
        index(cell),
        ['wrong_value', index(wrongCell)],
        ...when(!nested, 'wrong_value', index(cell, rows)),
      );
    const solve = (matrix: number[][], p: number): number => {
      const count = axis === 'row' ? matrix.length : (matrix[0]?.length ?? 0);
      if (p < 0 || p >= count) return logical ? 0 : Number(nothing);
      const cells = axis === 'row' ? matrix[p] : matrix.map((r) => r[p]);
      return {
        sum: cells.reduce((sum, x) => sum + x, 0),
        positive: cells.filter((x) => x > 0).length,
        largest: Math.max(...cells),
        'zeros-only': Number(cells.every((x) => x === 0)),
      }[reduce];
    };
    const call = (matrix: number[][], p: number) => {
      const made = nested
        ? `std::vector<std::vector<${type}>> v{${matrix.map((r) => `{${r.map(integer).join(', ')}}`).join(', ')}};`
        : `std::vector<${type}> v{${matrix.flat().map(integer).join(', ')}};`;
      const size = nested ? 'v' : `v.data(), ${matrix.length}, ${matrix[0].length}`;
      return {
        code: `${made} rlsf_emit(${f}(${size}, ${p}));`,
        expected: String(solve(matrix, p)),
      };
    };
    const check = line(
      `if (${at} < 0 || ${at} >= ${other}) return ${nothing};`,
      'off_by_one',
      ['off_by_one', `if (${at} < 0 || ${at} > ${other}) return ${nothing};`],
      ['wrong_condition', `if (${at} < 0 && ${at} >= ${other}) return ${nothing};`],
    );
    const loop = (from: string) =>
      code`for (int ${i} = ${from}; ${i} ${site('<', ['off_by_one', '<='])} ${length}; ${i}++) {`;
    const bodies = {
      sum: () => code`
        ${check}${site('long long', ['overflow', 'int'])} ${s}${site(' = 0', ['uninitialised', ''])};
        ${loop('0')}
            ${s} += ${element()};
        }
        return ${s};
      `,
      positive: () => code`
        ${check}int ${s}${site(' = 0', ['uninitialised', ''])};
        ${loop('0')}
            if (${element()} ${site('>', ['wrong_condition', '>='])} 0) ${s}++;
        }
        return ${s};
      `,
      largest: () => code`
        ${check}int ${s} = ${site(index(axis === 'row' ? [at, '0'] : ['0', at]), ['wrong_value', '0'])};
        ${loop('1')}
            if (${index(cell)} ${site('>', ['wrong_condition', '<'])} ${s}) ${s} = ${element()};
        }
        return ${s};
      `,
      'zeros-only': () => code`
        ${check}${loop('0')}
            if (${element()} ${site('!=', ['wrong_condition', '=='])} 0) return ${site('false', ['wrong_value', 'true'])};
        }
        ${site('return true;', ['missing_return', ''], ['wrong_value', 'return false;'])}
      `,
    };
    const what = {
      sum: 'Sum',
      positive: 'Number of positive elements',
      largest: 'Largest element',
      'zeros-only': 'Whether all elements are 0',
    }[reduce];
    const matrix = nested
      ? `std::vector<std::vector<${type}>>& ${a}`
      : `${type}* ${a}, int ${rows}, int ${cols}`;
    const big = type === 'short' ? 30000 : 2000000000;
    return {
      statement: `${what} ${logical ? 'in' : 'of'} ${axis} ${at} of ${nested ? `matrix ${a}` : `the ${rows} x ${cols} matrix ${a}`}; ${nothing} if there is no such ${axis}.`,
      signature: `${{ sum: 'long long', 'zeros-only': 'bool' }[reduce as string] ?? 'int'} ${f}(const ${matrix}, int ${at})`,
      body: bodies[reduce](),
      cases: [
        call(
          [
            [1, 0, 3],
            [-4, 5, 6],
          ],
          1,
        ),
        call(
          [
            [7, -8],
            [9, 0],
            [2, 0],
          ],
          axis === 'row' ? 2 : 1,
        ),
        call(
          [
            [0, 0, 0, 4],
            [0, 0, 0, 4],
            [0, 0, 0, 4],
          ],
          axis === 'row' ? 3 : 4,
        ),
        call(
          [
            [1, 5, 2],
            [3, 4, 9],
            [8, 7, 6],
          ],
          1,
        ),
        call(
          [
            [0, 0],
            [0, 0],
          ],
          -1,
        ),
        call(
          [
            [big, big, big],
            [big, 1, 1],
            [big, 2, 2],
          ],
          0,
        ),
        call(
          [
            [-3, -1],
            [-1, 0],
          ],
          0,
        ),
        call(
          axis === 'row'
            ? [
                [1, 4, 2],
                [0, 0, 0],
              ]
            : [
                [1, 0],
                [2, 0],
                [3, 0],
              ],
          1,
        ),
      ],
    };
  },
});
