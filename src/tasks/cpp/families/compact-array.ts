import { code, combinations, defineFamily, names, site } from '../family.js';
import { vectorOf } from '../literals.js';

/** Elements removed in place, the others kept in order. */
export const compactArray = defineFamily({
  name: 'compact-array',
  topics: ['arrays', 'in place', 'two pointers'],
  settings: combinations({
    remove: ['repeats', 'third-repeats', 'equal', 'negative', 'zero', 'above'],
    form: ['pointer', 'vector', 'long'],
  }),
  draft({ remove, form }, style) {
    const a = style.name(names.array);
    const n = style.name(names.count);
    const i = style.name(names.index);
    const w = style.name(['w', 'put', 'kept', 'end']);
    const x = style.name(names.limit);
    const vector = form === 'vector';
    const type = form === 'long' ? 'long long' : 'int';
    const sorted = remove === 'repeats' || remove === 'third-repeats';
    const keyed = remove === 'equal' || remove === 'above';
    const f = `remove_${remove.replace('-', '_')}`;
    const solve = (xs: number[], k: number): number[] =>
      xs.filter((value, at) => {
        switch (remove) {
          case 'repeats':
            return at === 0 || value !== xs[at - 1];
          case 'third-repeats':
            return at < 2 || value !== xs[at - 2];
          case 'equal':
            return value !== k;
          case 'negative':
            return value >= 0;
          case 'zero':
            return value !== 0;
          case 'above':
            return value <= k;
        }
      });
    const call = (given: number[], k = 3) => {
      const xs = sorted ? [...given].sort((p, q) => p - q) : given;
      const kept = solve(xs, k);
      const key = keyed ? `, ${k}` : '';
      const use = vector
        ? `${f}(v${key}); std::string all = std::to_string(v.size()) + ":"; for (int q : v) all += std::to_string(q) + ",";`
        : `int left = ${f}(v.data(), ${xs.length}${key}); std::string all = std::to_string(left) + ":"; for (int q = 0; q < left; q++) all += std::to_string(v.at(q)) + ",";`;
      return {
        code: `${vectorOf(type, xs)} ${use} rlsf_emit(all);`,
        expected: `${kept.length}:${kept.map((value) => `${value},`).join('')}`,
      };
    };
    const size = vector ? `(int)${a}.size()` : n;
    const here = `${a}[${i}]`;
    const keeps = {
      repeats: code`${site(`${w} == 0 || `, ['off_by_one', ''])}${here} ${site('!=', ['wrong_condition', '=='])} ${a}[${w} - 1]`,
      'third-repeats': code`${site(`${w} < 2`, ['off_by_one', `${w} < 1`])} || ${here} ${site('!=', ['wrong_condition', '=='])} ${a}[${w} - 2]`,
      equal: code`${here} ${site('!=', ['wrong_condition', '=='])} ${x}`,
      negative: code`${here} ${site('>=', ['wrong_condition', '>'], ['wrong_condition', '<'])} 0`,
      zero: code`${here} ${site('!=', ['wrong_condition', '=='], ['wrong_condition', '>'])} 0`,
      above: code`${here} ${site('<=', ['wrong_condition', '<'], ['wrong_condition', '>'])} ${x}`,
    }[remove];
    const what = {
      repeats: 'repeated elements',
      'third-repeats': 'all but two of equal elements',
      equal: `the elements equal to ${x}`,
      negative: 'the negative elements',
      zero: 'the zeros',
      above: `the elements greater than ${x}`,
    }[remove];
    const whole = vector ? a : `${a}[0..${n})`;
    return {
      statement: `Removes ${what} from ${sorted ? 'sorted ' : ''}${whole} in place, order kept${vector ? '' : '; returns how many stay'}.`,
      signature: `${vector ? 'void' : 'int'} ${f}(${vector ? `std::vector<int>& ${a}` : `${type}* ${a}, int ${n}`}${keyed ? `, int ${x}` : ''})`,
      body: code`
        int ${w}${site(' = 0', ['uninitialised', ''], ['off_by_one', ' = 1'])};
        for (int ${i} = ${site('0', ['off_by_one', '1'])}; ${i} ${site('<', ['off_by_one', '<='])} ${size}; ${i}++) {
            if (${keeps}) {
                ${site(`${a}[${w}] = ${a}[${i}]`, ['wrong_value', `${a}[${i}] = ${a}[${w}]`])};
                ${w}++;
            }
        }
        ${vector ? site(`${a}.resize(${w});`, ['wrong_value', `${a}.resize(${w} + 1);`], ['type_error', `${a}.size(${w});`]) : site(`return ${w};`, ['wrong_value', `return ${n};`], ['missing_return', `${n} = ${w};`])}
      `,
      cases: [
        call([1, 1, 3, 5, 5, 5, 5, 9]),
        call([3, 0, -2, 7, 3, 0, 2]),
        call([]),
        call([4]),
        call([-1]),
        call([6, -6, 6, 0, 6], 6),
        call([2, 2, 2, 0, 0, 0], 2),
      ],
    };
  },
});
