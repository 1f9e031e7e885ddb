import { combinations, defineFamily, names, site } from '../family.js';
import { braces, condition, line, lines } from './parts-b.js';
import type { ConditionName } from './parts-b.js';

/** The value that occurs most or least often. */
export const mapFrequency = defineFamily({
  name: 'map-frequency',
  topics: ['std::map', 'counting'],
  settings: combinations({
    pick: ['most', 'least'],
    tie: ['smallest', 'largest'],
    test: ['none', 'above', 'even', 'negative'],
    source: ['vector', 'pointer'],
  }),
  draft({ pick, tie, test, source }, style) {
    const v = style.name(names.array);
    const n = style.name(names.count);
    const counts = style.name(['counts', 'times', 'seen', 'table']);
    const x = style.name(source === 'vector' ? ['x', 'y', 'value', 'item'] : names.index);
    const best = style.name(['best', 'top', 'record', 'peak']);
    const result = style.name(['result', 'answer', 'winner', 'found']);
    const entry = style.name(['entry', 'pair', 'e', 'it']);
    const k = style.name(['k', 'limit', 'bound', 'key']);
    const missing = -style.number(2, 99) * 100;
    const c = test === 'none' ? null : condition(test as ConditionName, k);
    const name = `${pick}_frequent_${tie}`;
    const value = source === 'vector' ? x : `${v}[${x}]`;
    const strict = pick === 'most' ? '>' : '<';
    const operator = tie === 'smallest' ? strict : `${strict}=`;
    const slip = tie === 'smallest' ? `${strict}=` : strict;
    const size = source === 'vector' ? `(int)${v}.size()` : n;
    const add = `${counts}[${value}]++;`;
    const addition = site(
      add,
      ['wrong_value', `${counts}[${value}] = 1;`],
      ['type_error', `${counts}(${value})++;`],
    );
    const call = (xs: number[], key = 3) => {
      const table = new Map<number, number>();
      for (const y of xs) if (!c || c.holds(y, key)) table.set(y, (table.get(y) ?? 0) + 1);
      const ranked = [...table].sort(
        ([p, s], [q, t]) =>
          (pick === 'most' ? t - s : s - t) || (tie === 'smallest' ? p - q : q - p),
      );
      const pass = source === 'vector' ? 'u' : `u.data(), ${xs.length}`;
      return {
        code: `std::vector<int> u${braces(xs)}; rlsf_emit(${name}(${pass}${c?.argument(key) ?? ''}));`,
        expected: String(ranked[0]?.[0] ?? missing),
      };
    };
    const matching = {
      none: [-6, 2, 5, 8],
      above: [4, 6, 7, 9],
      even: [-6, 2, 4, 8],
      negative: [-9, -5, -2, -1],
    }[test];
    const outside = { none: [], above: [3], even: [5], negative: [0] }[test];
    const times = (...often: number[]): number[] =>
      often.flatMap((count, at) => Array.from({ length: count }, () => matching[at]));
    const which = c ? ` that is ${c.text}` : '';
    return {
      statement: `The ${pick} frequent value in ${v}${source === 'vector' ? '' : `[0..${n})`}${which}, the ${tie} of several; ${missing} if none.`,
      signature: `int ${name}(${source === 'vector' ? `const std::vector<int>& ${v}` : `const int* ${v}, int ${n}`}${c?.parameter ?? ''})`,
      body: lines(
        `std::map<int, int> ${counts};`,
        source === 'vector'
          ? `for (int ${x} : ${v}) {`
          : line`for (int ${x} = 0; ${x} ${site('<', ['off_by_one', '<='])} ${n}; ${x}++) {`,
        c ? line`    if (${c.test(value)}) ${addition}` : line`    ${addition}`,
        '}',
        line`int ${best} = ${pick === 'most' ? '0' : site(`${size} + 1`, ['wrong_value', '0'])};`,
        `int ${result} = ${missing};`,
        line`for (${site('const auto&', ['undeclared', 'const'])} ${entry} : ${counts}) {`,
        line`    if (${entry}.second ${site(operator, ['wrong_condition', slip])} ${best}) {`,
        line`        ${best} = ${site(`${entry}.second`, ['wrong_value', `${entry}.first`])};`,
        line`        ${result} = ${site(`${entry}.first`, ['wrong_value', `${entry}.second`])};`,
        '    }',
        '}',
        `return ${result};`,
      ),
      cases: [
        [],
        times(2, 3, 3, 1),
        times(1, 2, 1, 3),
        times(3, 1, 1, 2),
        times(2, 2, 2, 2),
        [...outside, ...outside, ...times(0, 0, 2, 0), ...outside],
        [...outside, ...times(3, 2, 2, 3)],
      ].map((xs) => call(xs)),
    };
  },
});
