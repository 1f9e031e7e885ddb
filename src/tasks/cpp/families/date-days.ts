import { combinations, defineFamily, names, site } from '../family.js';
import { line, lines } from './parts-b.js';

const lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Days of months and years. */
export const dateDays = defineFamily({
  name: 'date-days',
  topics: ['dates', 'arrays'],
  settings: combinations({
    ask: ['month-length', 'day-of-year', 'days-left', 'valid'],
    calendar: ['gregorian', 'julian'],
    january: [1, 0],
  }),
  draft({ ask, calendar, january }, style) {
    const year = style.name(['year', 'y', 'yr']);
    const month = style.name(['month', 'm', 'mon']);
    const day = style.name(['day', 'd', 'date']);
    const days = style.name(['days', 'lengths', 'table']);
    const leap = style.name(['leap', 'longer', 'is_leap']);
    const i = style.name(names.index);
    const s = style.name(['result', 'sum', 'total', 'count']);
    const name = ask.replaceAll('-', '_');
    const isLeap =
      calendar === 'julian'
        ? site(
            `${year} % 4 == 0`,
            ['type_error', `${year} % 4 = 0`],
            ['wrong_condition', `${year} % 4`],
          )
        : site(
            `(${year} % 4 == 0 && ${year} % 100 != 0) || ${year} % 400 == 0`,
            ['wrong_condition', `${year} % 4 == 0 && ${year} % 100 != 0`],
            ['wrong_condition', `${year} % 4 == 0`],
            ['wrong_condition', `${year} % 4 == 0 && (${year} % 100 != 0 && ${year} % 400 == 0)`],
          );
    const [first, last, february] = [january, january + 11, january + 1];
    const entry = (index: string) =>
      january === 1
        ? site(`${days}[${index} - 1]`, ['off_by_one', `${days}[${index}]`])
        : site(`${days}[${index}]`, ['off_by_one', `${days}[${index} + 1]`]);
    const bad = line`${month} < ${first} || ${month} ${site('>', ['off_by_one', '>='])} ${last}`;
    const table = `const int ${days}[] = {${lengths.join(', ')}};`;
    const leapLine = line`bool ${leap} = ${isLeap};`;
    const bodies = {
      'month-length': () =>
        lines(
          table,
          line`if (${bad}) return 0;`,
          leapLine,
          line`if (${month} == ${february} ${site('&&', ['wrong_condition', '||'])} ${leap}) return 29;`,
          line`return ${entry(month)};`,
        ),
      'day-of-year': () =>
        lines(
          table,
          leapLine,
          line`int ${s} = ${site(day, ['wrong_value', '0'])};`,
          line`for (int ${i} = ${first}; ${i} ${site('<', ['off_by_one', '<='])} ${month}; ${i}++) ${s} += ${entry(i)};`,
          line`if (${month} ${site('>', ['off_by_one', '>='])} ${february} && ${leap}) ${s}++;`,
          `return ${s};`,
        ),
      'days-left': () =>
        lines(
          table,
          leapLine,
          line`int ${s} = ${site(`-${day}`, ['wrong_value', '0'])};`,
          line`for (int ${i} = ${month}; ${i} ${january === 1 ? site('<=', ['off_by_one', '<']) : site('<', ['off_by_one', '<='])} 12; ${i}++) ${s} += ${entry(i)};`,
          line`if (${month} ${site('<=', ['off_by_one', '<'])} ${february} && ${leap}) ${s}++;`,
          `return ${s};`,
        ),
      valid: () =>
        lines(
          table,
          line`if (${bad} || ${day} ${site('<', ['off_by_one', '<='])} 1) return false;`,
          leapLine,
          line`int ${s} = ${entry(month)};`,
          line`if (${month} == ${february} && ${leap}) ${s}${site('++', ['wrong_value', '--'])};`,
          line`return ${day} ${site('<=', ['off_by_one', '<'])} ${s};`,
        ),
    };
    const call = (y: number, m: number, d: number) => {
      const long =
        calendar === 'julian' ? y % 4 === 0 : (y % 4 === 0 && y % 100 !== 0) || y % 400 === 0;
      const table1 = lengths.map((length, at) => length + (at === 1 && long ? 1 : 0));
      const inside = m >= 1 && m <= 12;
      const before = table1.slice(0, m - 1).reduce((sum, length) => sum + length, 0) + d;
      const answer = {
        'month-length': inside ? table1[m - 1] : 0,
        'day-of-year': before,
        'days-left': 365 + (long ? 1 : 0) - before,
        valid: Number(inside && d >= 1 && d <= table1[m - 1]),
      }[ask];
      const shift = m - 1 + january;
      return {
        code: `rlsf_emit(${name}(${y}, ${shift}${ask === 'month-length' ? '' : `, ${d}`}));`,
        expected: String(answer),
      };
    };
    const checks = ask === 'month-length' || ask === 'valid';
    const numbered = `months ${first}..${last}`;
    const by = `${calendar === 'julian' ? 'Julian' : 'Gregorian'} calendar`;
    const what = {
      'month-length': `The number of days of a month in the ${by}; ${numbered}, else 0.`,
      'day-of-year': `The number of a day in its year, 1 for January 1, in the ${by}; ${numbered}.`,
      'days-left': `How many days of the year are left after a day in the ${by}; ${numbered}.`,
      valid: `Whether a date exists in the ${by}; ${numbered}.`,
    }[ask];
    return {
      statement: what,
      signature: `${ask === 'valid' ? 'bool' : 'int'} ${name}(int ${year}, int ${month}${ask === 'month-length' ? '' : `, int ${day}`})`,
      body: bodies[ask](),
      cases: [
        call(2023, 2, 28),
        call(2024, 2, 29),
        call(1900, 2, 29),
        call(2000, 2, 29),
        call(2023, 2, 29),
        call(2001, 12, 31),
        call(2004, 1, 1),
        call(2000, 3, 1),
        call(1900, 3, 30),
        call(1999, 4, 30),
        ...(checks
          ? [call(2011, 0, 5), call(2011, 13, 5), call(2011, 4, 31), call(2012, 6, 0)]
          : []),
      ],
    };
  },
});
