import { code, combinations, defineFamily, names, site } from '../family.js';
import { vectorOf } from '../literals.js';

/** Neighbours compared: runs, longest runs, changes of direction. */
export const countRuns = defineFamily({
  name: 'count-runs',
  topics: ['arrays', 'conditions'],
  settings: combinations({
    goal: [
      'runs',
      'longest-equal',
      'longest-rising',
      'longest-below',
      'falls',
      'peaks',
      'sign-changes',
    ],
    container: ['pointer', 'vector'],
    element: ['int', 'long long'],
  }),
  draft({ goal, container, element }, style) {
    const a = style.name(names.array);
    const n = style.name(names.count);
    const i = style.name(names.index);
    const c = style.name(names.counter);
    const best = style.name(names.best);
    const x = style.name(names.limit);
    const vector = container === 'vector';
    const size = vector ? `(int)${a}.size()` : n;
    const f = goal === 'runs' ? 'count_runs' : goal.replace('-', '_');
    const limited = goal === 'longest-below';
    const longest = (joined: (xs: number[], at: number) => boolean) => (xs: number[]) => {
      let top = 0;
      let length = 0;
      xs.forEach((_, at) => {
        length = at > 0 && joined(xs, at) ? length + 1 : 1;
        top = Math.max(top, length);
      });
      return top;
    };
    const count = (holds: (xs: number[], at: number) => boolean) => (xs: number[]) =>
      xs.filter((_, at) => holds(xs, at)).length;
    const solve = (xs: number[], k: number): number =>
      ({
        runs: count((ys, at) => at === 0 || ys[at] !== ys[at - 1]),
        'longest-equal': longest((ys, at) => ys[at] === ys[at - 1]),
        'longest-rising': longest((ys, at) => ys[at] > ys[at - 1]),
        'longest-below': (ys: number[]) =>
          Math.max(
            0,
            ...ys.map((_, at) => {
              const end = ys.slice(at).findIndex((y) => y >= k);
              return end < 0 ? ys.length - at : end;
            }),
          ),
        falls: count((ys, at) => at > 0 && ys[at] < ys[at - 1]),
        peaks: count(
          (ys, at) => at > 0 && at < ys.length - 1 && ys[at] > ys[at - 1] && ys[at] > ys[at + 1],
        ),
        'sign-changes': count((ys, at) => at > 0 && ys[at] < 0 !== ys[at - 1] < 0),
      })[goal](xs);
    const call = (xs: number[], k = 4) => ({
      code: `${vectorOf(element, xs)} rlsf_emit(${f}(${vector ? 'v' : `v.data(), ${xs.length}`}${limited ? `, ${k}` : ''}));`,
      expected: String(solve(xs, k)),
    });
    const zero = site(' = 0', ['uninitialised', '']);
    const loop = (from: string, wrong: string, end = size) =>
      code`for (int ${i} = ${site(from, ['off_by_one', wrong])}; ${i} ${site('<', ['off_by_one', '<='])} ${end}; ${i}++) {`;
    const here = `${a}[${i}]`;
    const previous = `${a}[${i} - 1]`;
    const bodies = {
      runs: () => code`
        int ${c}${zero};
        ${loop('0', '1')}
            if (${site(`${i} == 0 || `, ['off_by_one', ''])}${here} ${site('!=', ['wrong_condition', '=='])} ${previous}) ${c}++;
        }
        return ${c};
      `,
      'longest-equal': () => streak('==', '!='),
      'longest-rising': () => streak('>', '>='),
      'longest-below': () => code`
        int ${best}${zero};
        int ${c} = 0;
        ${loop('0', '1')}
            ${c} = ${here} ${site('<', ['wrong_condition', '<='])} ${x} ? ${c} + 1 : ${site('0', ['wrong_value', '1'])};
            if (${c} > ${best}) ${best} = ${c};
        }
        return ${site(best, ['wrong_value', c])};
      `,
      falls: () => code`
        int ${c}${zero};
        ${loop('1', '0')}
            if (${here} ${site('<', ['wrong_condition', '<='], ['wrong_condition', '>'])} ${previous}) ${c}++;
        }
        return ${c};
      `,
      peaks: () => code`
        int ${c}${zero};
        ${loop('1', '0', `${size} - 1`)}
            if (${here} ${site('>', ['wrong_condition', '>='])} ${previous} ${site('&&', ['wrong_condition', '||'])} ${here} > ${a}[${i} + 1]) ${c}++;
        }
        return ${c};
      `,
      'sign-changes': () => code`
        int ${c}${zero};
        ${loop('1', '0')}
            if ((${here} ${site('<', ['wrong_condition', '<='])} 0) ${site('!=', ['wrong_condition', '=='])} (${previous} < 0)) ${c}++;
        }
        return ${c};
      `,
    };
    function streak(operator: string, slip: string) {
      return code`
        int ${best}${zero};
        int ${c} = 0;
        ${loop('0', '1')}
            if (${i} > 0 && ${here} ${site(operator, ['wrong_condition', slip])} ${previous}) ${c}++;
            else ${c} = ${site('1', ['off_by_one', '0'])};
            if (${c} ${site('>', ['wrong_condition', '<'])} ${best}) ${best} = ${c};
        }
        return ${best};
      `;
    }
    const whole = vector ? a : `${a}[0..${n})`;
    const statement = {
      runs: `Number of runs of equal neighbours in ${whole}; 0 if there are no elements.`,
      'longest-equal': `Length of the longest run of equal neighbours in ${whole}; 0 if there are no elements.`,
      'longest-rising': `Length of the longest run of ${whole} in which each element exceeds the one before.`,
      'longest-below': `Length of the longest run of neighbours in ${whole} that are all less than ${x}.`,
      falls: `How many elements of ${whole} are less than the one before them.`,
      peaks: `How many elements of ${whole} are greater than both neighbours; the ends do not count.`,
      'sign-changes': `How often neighbours in ${whole} differ in being negative; 0 is not negative.`,
    }[goal];
    const array = vector
      ? `const std::vector<${element}>& ${a}`
      : `const ${element}* ${a}, int ${n}`;
    return {
      statement,
      signature: `int ${f}(${array}${limited ? `, int ${x}` : ''})`,
      body: bodies[goal](),
      cases: [
        call([2, 2, 5, 5, 5, 1]),
        call([1, 3, 3, 6, 7, 2, 9]),
        call([]),
        call([-3]),
        call([4, 0, -2, -2, 0, 6, 5, 5]),
        call([1, 2, 3, 0]),
        call([7, 4, 4, 4, 8, 1], 8),
      ],
    };
  },
});
