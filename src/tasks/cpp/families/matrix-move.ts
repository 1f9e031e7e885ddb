import { code, combinations, defineFamily, names, site } from '../family.js';
import { emitAll, listed, vectorOf } from '../literals.js';

/** A matrix, row after row in one vector, turned or mirrored into a new one. */
export const matrixMove = defineFamily({
  name: 'matrix-move',
  topics: ['matrices', 'containers'],
  settings: combinations({
    move: ['transpose', 'turn-right', 'turn-left', 'mirror', 'flip', 'turn-half'],
    element: ['int', 'long long', 'double'],
    input: ['vector', 'pointer'],
  }),
  draft({ move, element, input }, style) {
    const a = style.name(names.matrix);
    const rows = style.name(['rows', 'h', 'n']);
    const cols = style.name(['cols', 'w', 'm']);
    const r = style.name(['r', 'i', 'y']);
    const c = style.name(['c', 'j', 'x']);
    const out = style.name(names.buffer);
    const f = move.replace('-', '_');
    const place = {
      transpose: (y: number, x: number, h: number) => x * h + y,
      'turn-right': (y: number, x: number, h: number) => x * h + (h - 1 - y),
      'turn-left': (y: number, x: number, h: number, w: number) => (w - 1 - x) * h + y,
      mirror: (y: number, x: number, _: number, w: number) => y * w + (w - 1 - x),
      flip: (y: number, x: number, h: number, w: number) => (h - 1 - y) * w + x,
      'turn-half': (y: number, x: number, h: number, w: number) => h * w - 1 - (y * w + x),
    }[move];
    const target = {
      transpose: [`${c} * ${rows} + ${r}`, `${c} * ${cols} + ${r}`, `${r} * ${cols} + ${c}`],
      'turn-right': [
        `${c} * ${rows} + ${rows} - 1 - ${r}`,
        `${c} * ${rows} + ${rows} - ${r}`,
        `${c} * ${rows} + ${r}`,
      ],
      'turn-left': [
        `(${cols} - 1 - ${c}) * ${rows} + ${r}`,
        `(${cols} - ${c}) * ${rows} + ${r}`,
        `(${cols} - 1 - ${c}) * ${cols} + ${r}`,
      ],
      mirror: [
        `${r} * ${cols} + ${cols} - 1 - ${c}`,
        `${r} * ${cols} + ${cols} - ${c}`,
        `${r} * ${cols} + ${c}`,
      ],
      flip: [
        `(${rows} - 1 - ${r}) * ${cols} + ${c}`,
        `(${rows} - ${r}) * ${cols} + ${c}`,
        `(${rows} - 1 - ${r}) * ${rows} + ${c}`,
      ],
      'turn-half': [
        `${rows} * ${cols} - 1 - (${r} * ${cols} + ${c})`,
        `${rows} * ${cols} - (${r} * ${cols} + ${c})`,
        `(${rows} - 1 - ${r}) * ${cols} + ${c}`,
      ],
    }[move];
    const what = {
      transpose: 'transposed',
      'turn-right': 'turned clockwise',
      'turn-left': 'turned counter-clockwise',
      mirror: 'mirrored left to right',
      flip: 'with its rows upside down',
      'turn-half': 'turned by half a turn',
    }[move];
    const call = (h: number, w: number) => {
      const values = Array.from({ length: h * w }, (_, at) => 7 * at - 3);
      const moved = [...values];
      values.forEach((value, at) => (moved[place(Math.floor(at / w), at % w, h, w)] = value));
      const show = element === 'double' ? 'std::vector<int> k(u.begin(), u.end()); ' : '';
      return {
        code: `${vectorOf(element, values)} auto u = ${f}(${input === 'vector' ? 'v' : 'v.data()'}, ${h}, ${w}); ${show}${emitAll(show ? 'k' : 'u')}`,
        expected: listed(moved),
      };
    };
    const given = input === 'vector' ? `std::vector<${element}>& ${a}` : `${element}* ${a}`;
    return {
      statement: `The ${rows} x ${cols} matrix ${a}, stored row by row, ${what}, also row by row.`,
      signature: `std::vector<${element}> ${f}(const ${given}, int ${rows}, int ${cols})`,
      body: code`
        std::vector<${element}> ${out}${site(`(${rows} * ${cols})`, ['null_dereference', ''], ['wrong_value', `(${rows} + ${cols} + 1)`])};
        for (int ${r} = 0; ${r} ${site('<', ['off_by_one', '<='])} ${rows}; ${r}++) {
            for (int ${c} = ${site('0', ['off_by_one', '1'])}; ${c} < ${site(cols, ['wrong_value', rows])}; ${c}++) {
                ${out}[${site(target[0], ['off_by_one', target[1]], ['wrong_value', target[2]])}] = ${a}[${r} * ${site(cols, ['wrong_value', rows])} + ${c}];
            }
        }
        return ${out};
      `,
      cases: [call(2, 3), call(3, 2), call(1, 1), call(4, 2), call(1, 5), call(0, 3)],
    };
  },
});
