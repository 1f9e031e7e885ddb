import { code, combinations, defineFamily, names, site } from '../family.js';
import { integer } from '../literals.js';

/** The diagonals of a square matrix; held out whole, its pieces occur in the other matrix families. */
export const matrixDiagonal = defineFamily({
  name: 'matrix-diagonal',
  topics: ['matrices', 'arithmetic that can overflow'],
  heldOut: true,
  settings: combinations({
    diagonal: ['main', 'anti'],
    reduce: ['sum', 'largest', 'negative', 'all-ones'],
    shape: ['flat', 'nested'],
  }),
  draft({ diagonal, reduce, shape }, style) {
    const a = style.name(names.matrix);
    const n = style.name(names.count);
    const i = style.name(['i', 'j', 'k']);
    const s = style.name(reduce === 'largest' ? names.best : names.sum);
    const nested = shape === 'nested';
    const main = diagonal === 'main';
    const size = nested ? `(int)${a}.size()` : n;
    const f = `${diagonal}_diagonal_${reduce.replace('-', '_')}`;
    const index = (column: string) =>
      nested ? `${a}[${i}][${column}]` : `${a}[${i} * ${n} + ${column}]`;
    const mirrored = `${size} - 1 - ${i}`;
    const element = () =>
      main
        ? site(index(i), ['wrong_value', index(mirrored)], ['wrong_value', index('0')])
        : site(index(mirrored), ['off_by_one', index(`${size} - ${i}`)], ['wrong_value', index(i)]);
    const loop = code`for (int ${i} = ${site('0', ['off_by_one', '1'])}; ${i} ${site('<', ['off_by_one', '<='])} ${size}; ${i}++) {`;
    const zero = site(' = 0', ['uninitialised', '']);
    const solve = (matrix: number[][]): number => {
      const cells = matrix.map((r, at) => r[main ? at : matrix.length - 1 - at]);
      return {
        sum: cells.reduce((sum, x) => sum + x, 0),
        largest: Math.max(0, ...cells),
        negative: cells.filter((x) => x < 0).length,
        'all-ones': Number(cells.every((x) => x === 1)),
      }[reduce];
    };
    const call = (matrix: number[][]) => ({
      code: nested
        ? `std::vector<std::vector<int>> v{${matrix.map((r) => `{${r.map(integer).join(', ')}}`).join(', ')}}; rlsf_emit(${f}(v));`
        : `std::vector<int> v{${matrix.flat().map(integer).join(', ')}}; rlsf_emit(${f}(v.data(), ${matrix.length}));`,
      expected: String(solve(matrix)),
    });
    const bodies = {
      sum: () => code`
        ${site('long long', ['overflow', 'int'])} ${s}${zero};
        ${loop}
            ${s} += ${element()};
        }
        return ${s};
      `,
      largest: () => code`
        int ${s}${zero};
        ${loop}
            if (${element()} ${site('>', ['wrong_condition', '<'])} ${s}) ${s} = ${index(main ? i : mirrored)};
        }
        return ${s};
      `,
      negative: () => code`
        int ${s}${zero};
        ${loop}
            if (${element()} ${site('<', ['wrong_condition', '<='], ['wrong_condition', '>'])} 0) ${s}++;
        }
        return ${s};
      `,
      'all-ones': () => code`
        ${loop}
            if (${element()} ${site('!=', ['wrong_condition', '=='])} 1) return ${site('false', ['wrong_value', 'true'])};
        }
        ${site('return true;', ['wrong_value', 'return false;'], ['missing_return', ''])}
      `,
    };
    const what = {
      sum: 'Sum of',
      largest: 'Largest element, at least 0, of',
      negative: 'Number of negative elements on',
      'all-ones': 'Whether only ones are on',
    }[reduce];
    const where = main ? 'the main diagonal' : 'the diagonal from top right to bottom left';
    const big = 2000000000;
    return {
      statement: `${what} ${where} of the ${nested ? `square matrix ${a}` : `${n} x ${n} matrix ${a}`}.`,
      signature: `${{ sum: 'long long', 'all-ones': 'bool' }[reduce as string] ?? 'int'} ${f}(const ${nested ? `std::vector<std::vector<int>>& ${a}` : `int* ${a}, int ${n}`})`,
      body: bodies[reduce](),
      cases: [
        call([
          [-1, 2, -3],
          [4, -5, 6],
          [-7, 8, 9],
        ]),
        call([
          [1, 1],
          [1, 1],
        ]),
        call([]),
        call([
          [0, 5],
          [5, 1],
        ]),
        call([
          [big, 0, big],
          [0, big, 0],
          [big, 0, big],
        ]),
        call([
          [1, 2, 0],
          [7, 1, 7],
          [0, 4, 1],
        ]),
        call([
          [0, 9, 1],
          [8, 1, 6],
          [1, -4, -3],
        ]),
        call([[8]]),
      ],
    };
  },
});
