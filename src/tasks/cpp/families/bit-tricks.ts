import { code, combinations, defineFamily, names, site, when } from '../family.js';

/** Bits counted, tested, set and moved; shifts by the width and beyond are refused. */
export const bitTricks = defineFamily({
  name: 'bit-tricks',
  topics: ['bits', 'shifts'],
  settings: combinations({
    goal: ['ones', 'test', 'set', 'low-mask', 'highest', 'rotate', 'reverse', 'trailing'],
    type: ['uint32_t', 'uint64_t', 'uint16_t'],
  }),
  draft({ goal, type }, style) {
    const x = style.name(['x', 'bits', 'value', 'word']);
    const n = style.name(['n', 'k', 'at', 'shift']);
    const i = style.name(['i', 'j', 'p']);
    const r = style.name(['r', 'res', 'out', 'mask']);
    const c = style.name(names.counter);
    const width = { uint32_t: 32, uint64_t: 64, uint16_t: 16 }[type];
    const w = BigInt(width);
    const full = (1n << w) - 1n;
    const f =
      {
        ones: 'count_ones',
        test: 'bit_is_set',
        set: 'with_bit',
        'low-mask': 'low_bits',
        highest: 'highest_bit',
        rotate: 'rotate_left',
        reverse: 'reverse_bits',
        trailing: 'trailing_zeros',
      }[goal] + `_${width}`;
    const solve = (given: bigint, by: bigint): bigint => {
      const inside = by >= 0n && by < w;
      const binary = given.toString(2).padStart(width, '0');
      switch (goal) {
        case 'ones':
          return BigInt(binary.replaceAll('0', '').length);
        case 'test':
          return inside ? (given >> by) & 1n : 0n;
        case 'set':
          return inside ? given | (1n << by) : given;
        case 'low-mask':
          return by >= w ? given : by <= 0n ? 0n : given & ((1n << by) - 1n);
        case 'highest':
          return given === 0n ? -1n : BigInt(given.toString(2).length - 1);
        case 'rotate': {
          const turn = by % w;
          return ((given << turn) | (given >> (w - turn))) & full;
        }
        case 'reverse':
          return BigInt(`0b${[...binary].reverse().join('')}`);
        case 'trailing':
          return given === 0n ? w : BigInt(width - 1 - binary.lastIndexOf('1'));
      }
    };
    const takes = goal === 'test' || goal === 'set' || goal === 'low-mask' || goal === 'rotate';
    const call = (given: bigint, by = 0) => ({
      code: `rlsf_emit(${f}(${given & full}ull${takes ? `, ${by}` : ''}));`,
      expected: String(solve(given & full, BigInt(by))),
    });
    const short = type === 'uint16_t';
    // A shift of a 16-bit value works on int, so that only the other widths can shift too far.
    const narrow = when(type === 'uint64_t', 'overflow', '1');
    const range = (nothing: string) =>
      site(
        `if (${n} < 0 || ${n} >= ${width}) return ${nothing};\n    `,
        ['overflow', ''],
        ['wrong_condition', `if (${n} < 0) return ${nothing};\n    `],
        ['wrong_condition', `if (${n} >= ${width}) return ${nothing};\n    `],
      );
    const bodies = {
      ones: () => code`
        int ${c}${site(' = 0', ['uninitialised', ''])};
        while (${x} ${site(['!= 0', '> 0'], ['off_by_one', '> 1'])}) {
            ${site(`${c} += ${x} & 1`, ['wrong_value', `${c} += ${x} | 1`], ['wrong_value', `${c}++`])};
            ${site(`${x} >>= 1`, ['endless_loop', `${x} >> 1`], ['wrong_value', `${x} >>= 2`])};
        }
        return ${c};
      `,
      test: () => code`
        ${range('false')}return ${site(`(${x} >> ${n}) & 1`, ['wrong_value', `(${x} << ${n}) & 1`], ['wrong_value', `${x} >> ${n}`], ['wrong_value', `(${x} >> ${n}) | 1`])};
      `,
      set: () => code`
        ${range(x)}return ${x} ${site('|', ['wrong_value', '&'], ['wrong_value', '^'])} (${site(`(${type})1`, ...narrow, ['wrong_value', '2'])} << ${n});
      `,
      'low-mask': () => code`
        if (${n} ${site('<=', ['wrong_condition', '>='])} 0) return ${site('0', ['wrong_value', x])};
        ${site(`if (${n} >= ${width}) return ${x};\n    `, ['overflow', ''], ['off_by_one', `if (${n} > ${width}) return 0;\n    `], ['wrong_value', `if (${n} >= ${width}) return 0;\n    `])}${type} ${r} = ((${site(`${type})1`, ...when(type === 'uint64_t', 'overflow', 'int)1'), ['wrong_value', `${type})2`])} << ${n}) ${site('-', ['wrong_value', '+'])} 1;
        return ${x} & ${r};
      `,
      highest: () => code`
        int ${c} = ${site('-1', ['off_by_one', '0'])};
        while (${x} ${site(['!= 0', '> 0'], ['off_by_one', '> 1'])}) {
            ${site(`${c}++`, ['wrong_value', `${c} += ${x} & 1`])};
            ${site(`${x} >>= 1`, ['wrong_value', `${x} >>= 2`])};
        }
        return ${c};
      `,
      rotate: () => code`
        ${n} ${site('%=', ['overflow', '/='])} ${width};
        ${site(`if (${n} == 0) return ${x};\n    `, ...(short ? [['wrong_value', `if (${n} == 0) return 0;\n    `] as ['wrong_value', string]] : [['overflow', ''] as ['overflow', string]]))}return ${short ? '(uint16_t)' : ''}((${x} << ${n}) ${site('|', ['wrong_value', '&'])} (${x} >> ${site(`(${width} - ${n})`, ['off_by_one', `(${width - 1} - ${n})`], ['wrong_value', n])}));
      `,
      reverse: () => code`
        ${type} ${r} = 0;
        for (int ${i} = ${site('0', ['off_by_one', '1'])}; ${i} ${site('<', ['off_by_one', '<='])} ${width}; ${i}++) {
            ${r} = (${r} ${site('<<', ['wrong_value', '>>'])} 1) | (${x} & ${site('1', ['wrong_value', '2'])});
            ${x} >>= 1;
        }
        return ${r};
      `,
      trailing: () => code`
        ${site(`if (${x} == 0) return ${width};\n    `, ['endless_loop', ''], ['wrong_value', `if (${x} == 0) return 0;\n    `])}int ${c}${site(' = 0', ['uninitialised', ''], ['off_by_one', ' = 1'])};
        while (${site(`(${x} & 1) == 0`, ['wrong_condition', `(${x} & 1) == 1`], ['wrong_condition', `${x} & 1 == 0`])}) {
            ${c}++;
            ${x} >>= 1;
        }
        return ${c};
      `,
    };
    const words = {
      ones: `Number of bits that are 1 in ${x}`,
      test: `Whether bit ${n} of ${x} is 1, counted from 0 at the low end; false outside 0..${width - 1}`,
      set: `${x} with bit ${n} set to 1; ${x} itself if ${n} is outside 0..${width - 1}`,
      'low-mask': `The ${n} lowest bits of ${x}, the others 0; 0 for ${n} <= 0, ${x} for ${n} >= ${width}`,
      highest: `Position of the highest bit that is 1 in ${x}, counted from 0; -1 for 0`,
      rotate: `The ${width} bits of ${x} rotated left by ${n}, where ${n} is not negative`,
      reverse: `The ${width} bits of ${x} in reverse order`,
      trailing: `Number of bits that are 0 below the lowest 1 of ${x}; ${width} for 0`,
    }[goal];
    const result =
      { ones: 'int', highest: 'int', trailing: 'int', test: 'bool' }[goal as string] ?? type;
    const pattern = 0xb5a3c96e1d2f4783n & full;
    return {
      statement: `${words}.`,
      signature: `${result} ${f}(${type} ${x}${takes ? `, int ${n}` : ''})`,
      body: bodies[goal](),
      cases: [
        call(pattern, 5),
        call(0n, 0),
        call(full, width),
        call(1n << (w - 1n), width - 1),
        call(6n, goal === 'rotate' ? width + 3 : -1),
        call(1n, 0),
        call(pattern << 3n, width + 40),
        call(40n, 4),
      ],
    };
  },
});
