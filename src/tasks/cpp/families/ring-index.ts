import { code, combinations, defineFamily, names, site } from '../family.js';
import { emitFor, listed, range, vectorOf } from '../literals.js';

/** Positions in a ring: wrapped indices, distances, reads. */
export const ringIndex = defineFamily({
  name: 'ring-index',
  topics: ['modulo', 'arrays', 'division'],
  settings: combinations({
    goal: ['next', 'previous', 'move', 'distance', 'shortest', 'read', 'sum-from'],
    type: ['int', 'long long'],
    empty: ['zero', 'minus-one'],
  }),
  draft({ goal, type, empty }, style) {
    const a = style.name(names.array);
    const n = style.name(['n', 'size', 'len', 'cap']);
    const i = style.name(['i', 'at', 'pos', 'from']);
    const k = style.name(['k', 'to', 'by', 'step']);
    const r = style.name(['r', 'res', 'out', 'd']);
    const q = style.name(['q', 'j', 't']);
    const s = style.name(names.sum);
    const nothing = empty === 'zero' ? '0' : '-1';
    const f = `ring_${goal.replace('-', '_')}`;
    const wrap = (x: number, size: number) => ((x % size) + size) % size;
    const reads = goal === 'read' || goal === 'sum-from';
    const solve = (size: number, from: number, by: number, xs: number[]): number => {
      if (size === 0) return Number(nothing);
      switch (goal) {
        case 'next':
          return wrap(from + 1, size);
        case 'previous':
          return wrap(from - 1, size);
        case 'move':
          return wrap(from + by, size);
        case 'distance':
          return wrap(by - from, size);
        case 'shortest':
          return Math.min(wrap(by - from, size), wrap(from - by, size));
        case 'read':
          return xs[wrap(from, size)];
        case 'sum-from':
          return range(0, by - 1).reduce((sum, step) => sum + xs[(from + step) % size], 0);
      }
    };
    const single = goal === 'next' || goal === 'previous';
    // Positions lie in the ring, except for `read`, which takes any index; `move` goes both ways.
    const call = (
      size: number,
      from: number,
      bys: [number, number] = [0, Math.max(0, size - 1)],
    ) => {
      if (reads) {
        const big = type === 'int' ? 1000000000 : 4000000000;
        const xs = range(0, size - 1).map((at) => (goal === 'sum-from' ? big + at : 10 * at + 3));
        const vector = vectorOf(type, xs);
        return goal === 'read'
          ? {
              code: `${vector} ${emitFor(-7, 9, (x) => `${f}(v.data(), ${size}, ${x})`)}`,
              expected: listed(range(-7, 9).map((at) => solve(size, at, 0, xs))),
            }
          : {
              code: `${vector} ${emitFor(0, 6, (x) => `${f}(v.data(), ${size}, ${from}, ${x})`)}`,
              expected: listed(range(0, 6).map((by) => solve(size, from, by, xs))),
            };
      }
      if (single) {
        const ends: [number, number] = [0, Math.max(0, size - 1)];
        return {
          code: emitFor(ends[0], ends[1], (x) => `${f}(${x}, ${size})`),
          expected: listed(range(ends[0], ends[1]).map((at) => solve(size, at, 0, []))),
        };
      }
      const [low, high] = goal === 'move' ? [-11, 11] : bys;
      return {
        code: emitFor(low, high, (x) => `${f}(${from}, ${x}, ${size})`),
        expected: listed(range(low, high).map((by) => solve(size, from, by, []))),
      };
    };
    const check = site(
      `if (${n} == 0) return ${nothing};\n    `,
      ['division_by_zero', ''],
      ['division_by_zero', `if (${i} == 0) return ${nothing};\n    `],
    );
    const bodies = {
      next: () => code`
        ${check}return ${site([`(${i} + 1) % ${n}`, `${i} + 1 == ${n} ? 0 : ${i} + 1`], ['wrong_value', `${i} + 1 % ${n}`], ['off_by_one', `${i} % ${n}`], ['off_by_one', `${i} + 1 > ${n} ? 0 : ${i} + 1`])};
      `,
      previous: () => code`
        ${check}return ${site([`(${i} + ${n} - 1) % ${n}`, `${i} == 0 ? ${n} - 1 : ${i} - 1`], ['wrong_value', `(${i} - 1) % ${n}`], ['off_by_one', `(${i} + ${n}) % ${n}`], ['off_by_one', `${i} == 0 ? ${n} : ${i} - 1`])};
      `,
      move: () => code`
        ${check}${type} ${r} = ${site(`(${i} + ${k}) % ${n}`, ['wrong_value', `${i} + ${k} % ${n}`], ['wrong_value', `(${i} - ${k}) % ${n}`])};
        if (${r} ${site('<', ['wrong_condition', '>'], ['wrong_condition', '<='])} 0) ${r} += ${site(n, ['wrong_value', i])};
        return ${r};
      `,
      distance: () => code`
        ${check}${type} ${r} = ${site(`${k} - ${i}`, ['wrong_value', `${i} - ${k}`])};
        if (${r} ${site('<', ['wrong_condition', '>'], ['wrong_condition', '<='])} 0) ${r} += ${site(n, ['off_by_one', `${n} - 1`])};
        return ${r};
      `,
      shortest: () => code`
        ${site(`if (${n} == 0) return ${nothing};\n    `, ...(empty === 'zero' ? [['wrong_value', `if (${n} == 0) return -1;\n    `] as ['wrong_value', string]] : [['wrong_value', ''] as ['wrong_value', string]]))}${type} ${r} = ${site(`${k} - ${i}`, ['wrong_value', `${k} + ${i}`])};
        if (${r} ${site('<', ['wrong_condition', '>'])} 0) ${r} = ${site(`-${r}`, ['wrong_value', `${r} + 1`])};
        return ${r} ${site('<', ['wrong_condition', '>'])} ${n} - ${r} ? ${r} : ${site(`${n} - ${r}`, ['off_by_one', `${n} - ${r} - 1`])};
      `,
      read: () => code`
        ${site(`if (${n} == 0) return ${nothing};\n    `, ['division_by_zero', ''])}int ${r} = ${site(`${i} % ${n}`, ['wrong_value', i], ['off_by_one', `(${i} + 1) % ${n}`])};
        ${site(`if (${r} < 0) ${r} += ${n};\n    `, ['wrong_condition', ''], ['wrong_value', `if (${r} < 0) ${r} = -${r};\n    `])}return ${a}[${r}];
      `,
      'sum-from': () => code`
        ${site(`if (${n} == 0) return ${nothing};\n    `, ['division_by_zero', ''])}${site('long long', ['overflow', 'int'])} ${s}${site(' = 0', ['uninitialised', ''])};
        for (int ${q} = 0; ${q} ${site('<', ['off_by_one', '<='])} ${k}; ${q}++) {
            ${s} += ${a}[${site(`(${i} + ${q}) % ${n}`, ['off_by_one', `${i} + ${q}`], ['wrong_value', `${q} % ${n}`])}];
        }
        return ${s};
      `,
    };
    const ring = `a ring of ${n}`;
    const words = {
      next: `Position after ${i} in ${ring}`,
      previous: `Position before ${i} in ${ring}`,
      move: `Position ${k} steps (back if negative) from ${i} in ${ring}`,
      distance: `Steps forward from ${i} to ${k} in ${ring}`,
      shortest: `Fewest steps, forward or back, between ${i} and ${k} in ${ring}`,
      read: `Element at any index ${i}, negative too, of ${a}[0..${n}) taken as a ring`,
      'sum-from': `Sum of ${k} elements from ${i} on of ${a}[0..${n}) taken as a ring`,
    }[goal];
    const parameters =
      {
        read: `const ${type}* ${a}, int ${n}, int ${i}`,
        'sum-from': `const ${type}* ${a}, int ${n}, int ${i}, int ${k}`,
        next: `${type} ${i}, ${type} ${n}`,
        previous: `${type} ${i}, ${type} ${n}`,
      }[goal as string] ?? `${type} ${i}, ${type} ${k}, ${type} ${n}`;
    return {
      statement: `${words}; ${nothing} if ${n} is 0.`,
      signature: `${goal === 'sum-from' ? 'long long' : type} ${f}(${parameters})`,
      body: bodies[goal](),
      cases: [call(5, 3), call(4, 0), call(0, 2), call(1, 0), call(7, 2), call(8, 7)],
    };
  },
});
