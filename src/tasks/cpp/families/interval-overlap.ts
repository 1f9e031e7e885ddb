import { combinations, defineFamily, site } from '../family.js';
import { line, lines } from './parts-b.js';

/** How two intervals of integers lie to each other. */
export const intervalOverlap = defineFamily({
  name: 'interval-overlap',
  topics: ['intervals', 'arithmetic that can overflow'],
  settings: combinations({
    ask: ['overlaps', 'shared', 'covered', 'gap', 'touches', 'hull'],
    ends: ['half-open', 'closed'],
    form: ['numbers', 'struct'],
  }),
  draft({ ask, ends, form }, style) {
    const closed = ends === 'closed';
    const [p, q] =
      form === 'struct'
        ? [style.name(['p', 'x', 'one', 'left']), style.name(['q', 'y', 'two', 'right'])]
        : ['', ''];
    const [a, b, c, d] =
      form === 'struct'
        ? [`${p}.begin`, `${p}.end`, `${q}.begin`, `${q}.end`]
        : style.random.pick([
            ['a', 'b', 'c', 'd'],
            ['from', 'to', 'start', 'stop'],
            ['lo', 'hi', 'first', 'last'],
            ['b1', 'e1', 'b2', 'e2'],
          ]);
    const low = style.name(['low', 'l', 'lower', 'begin']);
    const high = style.name(['high', 'h', 'upper', 'end']);
    const name = {
      overlaps: 'overlaps',
      shared: 'shared_length',
      covered: 'covered_length',
      gap: 'gap_length',
      touches: 'touches',
      hull: 'hull_length',
    }[ask];
    const truth = ask === 'overlaps' || ask === 'touches';
    const less = closed ? '<=' : '<';
    const slip = closed ? '<' : '<=';
    const wide = (pick: string, x: string, y: string) =>
      site(`std::${pick}(${x}, ${y})`, [
        'wrong_condition',
        `std::${pick === 'max' ? 'min' : 'max'}(${x}, ${y})`,
      ]);
    const long = site('(long long)', ['overflow', '']);
    const bounds = [
      line`int ${low} = ${wide('max', a, c)};`,
      line`int ${high} = ${wide('min', b, d)};`,
    ];
    const one = site(closed ? ' + 1' : '', ['off_by_one', closed ? '' : ' + 1']);
    const length = line`${long}${high} - ${low}${one}`;
    const bodies = {
      overlaps: () =>
        lines(
          line`return ${a} ${site(less, ['off_by_one', slip])} ${d} ${site('&&', ['wrong_condition', '||'])} ${c} ${site(less, ['off_by_one', slip])} ${b};`,
        ),
      touches: () =>
        closed
          ? lines(
              line`return ${site('(long long)', ['overflow', ''])}${b} + 1 == ${c} ${site('||', ['wrong_condition', '&&'])} ${site('(long long)', ['overflow', ''])}${d} ${site('+ 1', ['off_by_one', '- 1'])} == ${a};`,
            )
          : lines(
              line`return ${b} ${site('==', ['off_by_one', '>='])} ${c} ${site('||', ['wrong_condition', '&&'])} ${d} ${site('==', ['type_error', '='])} ${a};`,
            ),
      shared: () =>
        lines(
          ...bounds,
          line`return ${high} ${site(closed ? '>=' : '>', ['wrong_condition', '<'])} ${low} ? ${length} : 0;`,
        ),
      covered: () =>
        lines(
          ...bounds,
          line`long long both = ${site('(long long)', ['overflow', ''])}${b} - ${a} ${site('+', ['wrong_value', '-'])} ${d} - ${c}${closed ? ' + 2' : ''};`,
          line`return ${site(`${high} ${closed ? '>=' : '>'} ${low} ? `, ['wrong_condition', `${high} < ${low} ? `])}both - (${length}) : both;`,
        ),
      gap: () =>
        lines(
          line`int ${low} = ${wide('min', b, d)};`,
          line`int ${high} = ${wide('max', a, c)};`,
          line`return ${high} ${site('>', ['wrong_condition', '<'])} ${low} ? ${long}${high} - ${low}${site(closed ? ' - 1' : '', ['off_by_one', closed ? '' : ' - 1'])} : 0;`,
        ),
      hull: () =>
        lines(
          line`int ${low} = ${wide('min', a, c)};`,
          line`int ${high} = ${wide('max', b, d)};`,
          line`return ${length};`,
        ),
    };
    const call = (w: number, x: number, y: number, z: number) => {
      const extra = closed ? 1 : 0;
      const common = Math.max(0, Math.min(x, z) - Math.max(w, y) + extra);
      const answer = {
        overlaps: Number(common > 0),
        shared: common,
        covered: x - w + (z - y) + 2 * extra - common,
        gap: Math.max(0, Math.max(w, y) - Math.min(x, z) - extra),
        touches: Number(x + extra === y || z + extra === w),
        hull: Math.max(x, z) - Math.min(w, y) + extra,
      }[ask];
      const pass = form === 'struct' ? `{${w}, ${x}}, {${y}, ${z}}` : `${w}, ${x}, ${y}, ${z}`;
      return { code: `rlsf_emit(${name}(${pass}));`, expected: String(answer) };
    };
    const bracket = closed ? ']' : ')';
    const pair =
      form === 'struct'
        ? `${p} and ${q} (${ends})`
        : `[${a}, ${b}${bracket} and [${c}, ${d}${bracket}`;
    const what = {
      overlaps: `Whether ${pair} share an integer.`,
      shared: `How many integers ${pair} share.`,
      covered: `How many integers are in at least one of ${pair}.`,
      gap: `How many integers lie between ${pair}, 0 if they overlap.`,
      touches: `Whether one of ${pair} begins right where the other ends, without overlap.`,
      hull: `How many integers the smallest interval around ${pair} holds.`,
    }[ask];
    return {
      statement: what,
      prelude:
        form === 'struct' ? 'struct Interval {\n    int begin;\n    int end;\n};\n' : undefined,
      signature: `${truth ? 'bool' : 'long long'} ${name}(${form === 'struct' ? `Interval ${p}, Interval ${q}` : `int ${a}, int ${b}, int ${c}, int ${d}`})`,
      body: bodies[ask](),
      cases: [
        call(1, 5, 3, 9),
        call(3, 9, 1, 5),
        call(1, 4, 4, 7),
        call(4, 7, 1, 4),
        call(1, 4, 5, 8),
        call(5, 8, 1, 4),
        call(0, 2, 6, 9),
        call(6, 9, 0, 2),
        call(0, 9, 3, 4),
        call(-2000000000, 2000000000, -2000000001, 2000000001),
        call(-2000000002, -2000000000, 2000000000, 2000000003),
        call(-5, 2147483647, -8, 2147483647),
      ],
    };
  },
});
