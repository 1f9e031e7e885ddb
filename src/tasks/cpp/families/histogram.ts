import { code, combinations, defineFamily, names, site } from '../family.js';
import { emitAll, listed, vectorOf } from '../literals.js';

/** Values counted into bins, those outside dealt with. */
export const histogram = defineFamily({
  name: 'histogram',
  topics: ['containers', 'bounds'],
  settings: combinations({
    goal: ['counts', 'most-frequent', 'distinct', 'missing', 'sorted'],
    source: ['numbers', 'pointer', 'letters'],
    outside: ['skipped', 'last'],
  }),
  draft({ goal, source, outside }, style) {
    const letters = source === 'letters';
    const pointer = source === 'pointer';
    const a = style.name(letters ? names.text : names.array);
    const n = style.name(names.count);
    const k = style.name(['k', 'bins', 'top', 'most']);
    const x = style.name(['x', 'y', 'e', 'it']);
    const i = style.name(['i', 'j', 'p']);
    const c = style.name(['counts', 'seen', 'bin', 'freq']);
    const r = style.name(['r', 'res', 'best', 'out']);
    const bins = letters ? '26' : k;
    const skip = outside === 'skipped';
    const f = {
      counts: 'bin_counts',
      'most-frequent': 'most_frequent',
      distinct: 'count_distinct',
      missing: 'first_missing',
      sorted: 'sorted_bins',
    }[goal];
    const size = 5;
    const place = (xs: number[], count: number): number[] => {
      const counts = Array<number>(count).fill(0);
      for (const value of xs) {
        if (value >= 0 && value < count) counts[value]++;
        else if (!skip) counts[count - 1]++;
      }
      return counts;
    };
    const solve = (counts: number[]): string => {
      switch (goal) {
        case 'counts':
          return listed(counts);
        case 'most-frequent':
          return String(counts.indexOf(Math.max(...counts)));
        case 'distinct':
          return String(counts.filter((count) => count > 0).length);
        case 'missing':
          return String(counts.includes(0) ? counts.indexOf(0) : counts.length);
        case 'sorted':
          return listed(counts.flatMap((count, value) => Array<number>(count).fill(value)));
      }
    };
    const emit = (result: string) =>
      goal === 'counts' || goal === 'sorted'
        ? `auto u = ${result}; ${emitAll('u')}`
        : `rlsf_emit(${result});`;
    const call = (xs: number[]) =>
      letters
        ? {
            code: `std::string v = ${JSON.stringify(xs.map((value) => String.fromCharCode(97 + value)).join(''))}; ${emit(`${f}(v)`)}`,
            expected: solve(place(xs, 26)),
          }
        : {
            code: `${vectorOf('int', xs)} ${emit(`${f}(${pointer ? `v.data(), ${xs.length}` : 'v'}, ${size})`)}`,
            expected: solve(place(xs, size)),
          };
    const at = letters ? `${x} - 'a'` : x;
    const inside = letters ? `${x} >= 'a' && ${x} <= 'z'` : `${x} >= 0 && ${x} < ${bins}`;
    const wider = letters ? `${x} >= 'a'` : `${x} >= 0 && ${x} <= ${bins}`;
    const loop = pointer
      ? code`for (int ${i} = 0; ${i} ${site('<', ['off_by_one', '<='])} ${n}; ${i}++) {`
      : [`for (${letters ? 'char' : 'int'} ${x} : ${a}) {`];
    const fetch = pointer ? `int ${x} = ${a}[${i}];\n          ` : '';
    const made = site(
      `std::vector<int> ${c}(${bins});`,
      ['null_dereference', `std::vector<int> ${c};`],
      ['off_by_one', `std::vector<int> ${c}(${letters ? '25' : `${bins} - 1`});`],
    );
    const count = skip
      ? code`if (${site(inside, ['off_by_one', wider], ['wrong_condition', letters ? `${x} >= 'a' || ${x} <= 'z'` : `${x} < ${bins}`])}) ${c}[${at}]++;`
      : code`${c}[${site(inside, ['off_by_one', wider], ['wrong_condition', letters ? `${x} <= 'z'` : `${x} < ${bins}`])} ? ${at} : ${bins} - 1]++;`;
    const over = code`for (int ${r} = 0; ${r} ${site('<', ['off_by_one', '<='])} ${bins}; ${r}++)`;
    const filling = code`
      ${made}
      ${loop}
          ${fetch}${count}
      }
    `;
    const q = style.name(['q', 't', 'b']);
    const tail = {
      counts: () => code`
        return ${c};
      `,
      'most-frequent': () => code`
        int ${q} = 0;
        for (int ${r} = 1; ${r} ${site('<', ['off_by_one', '<='])} ${bins}; ${r}++) {
            if (${c}[${r}] ${site('>', ['wrong_condition', '>='], ['wrong_condition', '<'])} ${c}[${q}]) ${q} = ${r};
        }
        return ${site(q, ['wrong_value', `${c}[${q}]`])};
      `,
      distinct: () => code`
        int ${q}${site(' = 0', ['uninitialised', ''])};
        ${over} {
            if (${c}[${r}] ${site('>', ['wrong_condition', '>='], ['wrong_condition', '=='])} 0) ${q}++;
        }
        return ${q};
      `,
      missing: () => code`
        int ${r} = ${site('0', ['off_by_one', '1'])};
        while (${r} ${site('<', ['off_by_one', '<='])} ${bins} && ${c}[${r}] ${site('>', ['wrong_condition', '=='])} 0) ${r}++;
        return ${r};
      `,
      sorted: () => code`
        std::vector<int> ${q};
        ${over} {
            for (int z = 0; z ${site('<', ['off_by_one', '<='])} ${c}[${r}]; z++) ${q}.push_back(${site(r, ['wrong_value', `${c}[${r}]`])});
        }
        return ${site(q, ['wrong_value', c])};
      `,
    }[goal]();
    const returned = goal === 'counts' || goal === 'sorted' ? 'std::vector<int>' : 'int';
    const given = letters
      ? `const std::string& ${a}`
      : pointer
        ? `const int* ${a}, int ${n}, int ${k}`
        : `const std::vector<int>& ${a}, int ${k}`;
    const domain = letters ? 'letters a-z (as 0-25)' : `values 0..${k} - 1`;
    const rule = skip ? 'others are skipped' : `others count as ${letters ? 'z' : `${k} - 1`}`;
    const whole = pointer ? `${a}[0..${n})` : a;
    const words = {
      counts: `How often the ${domain} each occur in ${whole}`,
      'most-frequent': `The most frequent (on ties smallest) of the ${domain} in ${whole}`,
      distinct: `How many of the ${domain} occur in ${whole}`,
      missing: `The smallest of the ${domain} not in ${whole}, else ${bins}`,
      sorted: `The ${domain} in ${whole}, sorted`,
    }[goal];
    return {
      statement: `${words}; ${rule}.`,
      signature: `${returned} ${f}(${given})`,
      body: [...filling, ...tail],
      cases: [
        call(letters ? [2, 0, 2, 25, 1, 2] : [2, 0, 2, 4, 1, 2]),
        call([3, 1, 1, 3]),
        call([]),
        call(letters ? [-40, 26, 27, 1] : [-1, 5, 6, 1]),
        call(letters ? [0, 1, 28, -5, 25, 26] : [0, 1, 7, -2, 4, 5]),
        call([0]),
        call(letters ? Array.from({ length: 26 }, (_, value) => value) : [0, 1, 2, 3, 4]),
      ],
    };
  },
});
