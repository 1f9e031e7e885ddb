import type { Evaluation, Interval, RateName } from '../../evaluation/records.js';
import { escaped } from '../inspector-text.js';
import { htmlTable, outcomeMark } from './cell.js';
import { outcomeFlow } from './figures.js';
import type { ReportPageSplit } from './records.js';

const rateTitles: Record<RateName, string> = {
  compile_rate: 'compiles',
  sanitizer_clean_rate: 'no sanitizer finding',
  test_pass_rate: 'passes all tests',
  fully_clean_rate: 'fully clean',
};

/** One held-out split: the table of rates, its figure, and what became of what. */
export function splitHtml(
  { before, after, comparison }: ReportPageSplit,
  figures: { intervals: string; flow: string },
): string {
  const names = Object.keys(rateTitles) as RateName[];
  const rows = names.map((name) => {
    const change = comparison?.[name];
    return [
      rateTitles[name],
      share(change?.before ?? before?.rates[name]),
      share(change?.after ?? after?.rates[name]),
      change ? `${sign(change)} ${points(change)}` : '',
    ];
  });
  const passes = [...new Set([before, after].flatMap((one) => Object.keys(one?.passAtK ?? {})))]
    .filter((name) => name !== 'pass@1')
    .map((name) => [name, share(before?.passAtK[name]), share(after?.passAtK[name]), '']);
  const answers = (['strict_accuracy', 'lenient_accuracy', 'format_rate'] as const)
    .filter((name) => before?.answers?.[name] ?? after?.answers?.[name])
    .map((name) => [
      name.replace('_', ' '),
      share(before?.answers?.[name]),
      share(after?.answers?.[name]),
      '',
    ]);
  return [
    htmlTable(
      'Rates',
      ['', 'before', 'after', 'change in points'],
      [...answers, ...rows, ...passes],
    ),
    `<p class="report-note">${escaped(sizeText(before, after))}</p>`,
    figures.intervals,
    ...(before && after ? [flowHtml(before, after, figures.flow)] : []),
  ].join('\n');
}

function sizeText(before: Evaluation | null, after: Evaluation | null): string {
  const one = after ?? before;
  if (!one) return '';
  const missing =
    before === null
      ? ' Nothing was measured before.'
      : after === null
        ? ' Nothing was measured after.'
        : '';
  return `${one.rows.length} problems, ${one.numSamples} completion${one.numSamples === 1 ? '' : 's'} each, decoding seed ${one.seed}.${missing}`;
}

function flowHtml(before: Evaluation, after: Evaluation, figure: string): string {
  const { kinds, counts } = outcomeFlow(before.rows, after.rows);
  const table = htmlTable(
    'From before to after',
    ['before ↓ after →', ...kinds],
    kinds.map((kind, from) => [
      `${outcomeMark(kind)} ${kind}`,
      ...counts[from].map((count) => (count === 0 ? '·' : String(count))),
    ]),
  );
  return `<h3>From before to after</h3>
<p class="report-note">Each completion by its outcome, a runtime error by the kind of its finding where that is known; sample with sample of the same problem.</p>
${figure}
<details><summary>The same as a table</summary>${table}</details>`;
}

function share(interval: Interval | undefined): string {
  if (!interval) return '';
  const text = (value: number): string => (value * 100).toFixed(1);
  return `${text(interval.value)} % [${text(interval.low)}, ${text(interval.high)}]`;
}

function points({ value, low, high }: Interval): string {
  const text = (part: number): string =>
    `${part < 0 ? '−' : '+'}${Math.abs(part * 100).toFixed(1)}`;
  return `${text(value)} [${text(low)}, ${text(high)}]`;
}

/** Whether the interval leaves out 0, as a sign. */
function sign({ low, high }: Interval): string {
  return low > 0 ? '▲' : high < 0 ? '▼' : '·';
}
