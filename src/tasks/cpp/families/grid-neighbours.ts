import { combinations, defineFamily, names, site } from '../family.js';
import { braces, condition, line, lines } from './parts-b.js';

/** Looks at the neighbours of a cell without leaving the grid. */
export const gridNeighbours = defineFamily({
  name: 'grid-neighbours',
  topics: ['grids', 'arrays', 'bounds'],
  settings: combinations({
    around: ['sides', 'corners', 'all', 'block'],
    reduce: ['count', 'sum'],
    test: ['above', 'equal', 'even', 'negative'],
  }),
  draft({ around, reduce, test }, style) {
    const g = style.name(['g', 'grid', 'cells', 'map']);
    const rows = style.name(['rows', 'h', 'height']);
    const cols = style.name(['cols', 'w', 'width']);
    const r = style.name(['r', 'row', 'i']);
    const c0 = style.name(['c', 'col', 'j']);
    const y = style.name(['y', 'p', 'ny']);
    const x = style.name(['x', 'q', 'nx']);
    const s = style.name(reduce === 'sum' ? names.sum : ['count', 'cnt', 'hits', 'found']);
    const k = style.name(['k', 'limit', 'key', 'bound']);
    const c = condition(test, k);
    const name = `${reduce}_${c.word}_${around}`;
    const skip = {
      sides: site(`(${y} == ${r}) == (${x} == ${c0})`, [
        'wrong_condition',
        `${y} == ${r} && ${x} == ${c0}`,
      ]),
      corners: site(`${y} == ${r} || ${x} == ${c0}`, [
        'wrong_condition',
        `${y} == ${r} && ${x} == ${c0}`,
      ]),
      all: site(`${y} == ${r} && ${x} == ${c0}`, [
        'wrong_condition',
        `${y} == ${r} || ${x} == ${c0}`,
      ]),
      block: null,
    }[around];
    const value = `${g}[${y} * ${cols} + ${x}]`;
    const cell = line`${g}[${site(`${y} * ${cols} + ${x}`, ['wrong_value', `${y} * ${rows} + ${x}`], ['wrong_value', `${x} * ${cols} + ${y}`])}]`;
    const near = (dy: number, dx: number): boolean =>
      ({
        sides: Math.abs(dy) + Math.abs(dx) === 1,
        corners: dy !== 0 && dx !== 0,
        all: dy !== 0 || dx !== 0,
        block: true,
      })[around];
    const good = test === 'negative' ? -8 : 8;
    const bad = test === 'negative' ? 0 : test === 'even' ? 7 : test === 'equal' ? 9 : 3;
    const key = test === 'equal' ? 8 : 3;
    const call = (pattern: string[], row: number, col: number) => {
      const grid = pattern.map((text) =>
        [...text].map((sign, i) =>
          sign === '#'
            ? test === 'equal' || reduce === 'count'
              ? good
              : good + 4 * (i % 2) * Math.sign(good)
            : bad,
        ),
      );
      const near1 = grid.flatMap((cells, i) =>
        cells.filter(
          (_, j) => Math.abs(i - row) <= 1 && Math.abs(j - col) <= 1 && near(i - row, j - col),
        ),
      );
      const hits = near1.filter((cell1) => c.holds(cell1, key));
      return {
        code: `std::vector<int> v${braces(grid.flat())}; rlsf_emit(${name}(v.data(), ${grid.length}, ${grid[0].length}, ${row}, ${col}${c.argument(key)}));`,
        expected: String(
          reduce === 'count' ? hits.length : hits.reduce((sum, cell1) => sum + cell1, 0),
        ),
      };
    };
    const what = {
      sides: 'up to 4 side neighbours',
      corners: 'up to 4 diagonal neighbours',
      all: 'up to 8 neighbours',
      block: 'up to 9 cells around and at',
    }[around];
    const of = around === 'block' ? `the ${what}` : `the ${what} of`;
    return {
      statement: `${reduce === 'count' ? 'How many' : 'The sum'} of ${of} (${r}, ${c0}) ${reduce === 'count' ? 'are' : 'that are'} ${c.text}; ${g} is stored by rows.`,
      signature: `int ${name}(const int* ${g}, int ${rows}, int ${cols}, int ${r}, int ${c0}${c.parameter})`,
      body: lines(
        `int ${s} = 0;`,
        line`for (int ${y} = ${r} - 1; ${y} ${site('<=', ['off_by_one', '<'])} ${r} + 1; ${y}++) {`,
        `    for (int ${x} = ${c0} - 1; ${x} <= ${c0} + 1; ${x}++) {`,
        line`        if (${site(`${y} < 0 || `, ['wrong_condition', ''])}${y} ${site('>=', ['off_by_one', '>'])} ${rows} || ${x} < ${site('0', ['off_by_one', '1'])} || ${x} ${site('>=', ['off_by_one', '>'])} ${cols}) continue;`,
        skip ? line`        if (${skip}) continue;` : null,
        line`        if (${test === 'equal' ? site(`${value} == ${k}`, ['wrong_condition', `${value} != ${k}`], ['type_error', `${value} = ${k}`]) : line`${cell} ${c.plain('X').slice(2)}`}) ${s} += ${reduce === 'count' ? '1' : value};`,
        '    }',
        '}',
        `return ${s};`,
      ),
      cases: [
        call(['####', '####', '####'], 1, 1),
        call(['####', '####', '####'], 0, 0),
        call(['####', '####', '####'], 2, 3),
        call(['###', '###', '###', '###', '###'], 1, 2),
        call(['#'], 0, 0),
        call(['#.#.', '.##.', '..#.'], 1, 1),
        call(['.#', '#.', '##'], 2, 0),
        call(['.....', '..#..', '#....'], 1, 3),
      ],
    };
  },
});
