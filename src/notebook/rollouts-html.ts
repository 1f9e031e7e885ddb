import { escaped, number, signed } from '../plots/inspector-text.js';
import { inspectionHtml } from '../plots/inspector-html.js';
import { root, styleSheet } from '../plots/inspector-style.js';
import type { Rollout } from '../records.js';
import { inspectRollouts } from '../rollouts/index.js';
import { afterOf } from './after.js';
import type { ShowOptions } from './show-options.js';
import type { ShownTable } from './table.js';

const mostRows = 200;
const mostInspectors = 16;

/** A row for each rollout: what became of it, its numbers, how it begins. */
export function rolloutsTable(rollouts: readonly Rollout[], title: string | null): ShownTable {
  return {
    title: title ?? rolloutsTitle(rollouts),
    columns: [
      { name: 'rollout', isNumber: false },
      { name: 'outcome', isNumber: false },
      { name: 'tests', isNumber: true },
      { name: 'reward', isNumber: true },
      { name: 'advantage', isNumber: true },
      { name: 'tokens', isNumber: true },
      { name: 'findings', isNumber: false },
      { name: 'completion', isNumber: false },
    ],
    rows: rollouts.slice(0, mostRows).map(rolloutRow),
    note: rollouts.length > mostRows ? `… ${rollouts.length - mostRows} more rollouts` : null,
  };
}

/**
 * The same as HTML, below it each of the first rollouts to be unfolded: source, findings, heat map of its
 * tokens. No script; what the model wrote is text.
 */
export function rolloutsHtml(
  rollouts: readonly Rollout[],
  title: string | null,
  after?: ShowOptions['after'],
): string {
  const table = rolloutsTable(rollouts, title);
  const shown = rollouts.slice(0, mostInspectors);
  const inspected = inspectRollouts(shown, afterOf(after, rollouts, mostInspectors));
  const row = (cells: readonly string[], tag: 'th' | 'td'): string =>
    `<tr>${cells
      .map((text, at) => {
        const look = table.columns[at].isNumber ? ' style="text-align:right"' : '';
        return `<${tag}${look}>${escaped(text)}</${tag}>`;
      })
      .join('')}</tr>`;
  return [
    `<div class="${root} rlsf-auto" role="region" aria-label="${escaped(table.title ?? 'rollouts')}">`,
    `<style>\n${styleSheet()}\n</style>`,
    `<h3>${escaped(table.title ?? 'rollouts')}</h3>`,
    `<div class="rlsf-scroll"><table><thead>${row(
      table.columns.map(({ name }) => name),
      'th',
    )}</thead><tbody>`,
    ...table.rows.map((cells) => row(cells, 'td')),
    '</tbody></table></div>',
    ...(table.note === null ? [] : [`<p class="rlsf-muted">${escaped(table.note)}</p>`]),
    `<details><summary>source, findings and tokens of ${inspected.length === rollouts.length ? 'each' : `the first ${inspected.length}`}</summary>`,
    inspectionHtml(inspected, { style: false }),
    '</details>',
    '</div>',
  ].join('\n');
}

function rolloutRow(rollout: Rollout): string[] {
  const { id, verdict, reward, advantages, completionIds, completion } = rollout;
  return [
    id.split('/').slice(-3).join('/'),
    verdict ? verdict.outcome : 'not judged',
    verdict && verdict.testsTotal > 0 ? `${verdict.testsPassed}/${verdict.testsTotal}` : '',
    reward === undefined ? '' : reward === null ? 'unscorable' : number(reward),
    advantages === undefined ? '' : signed(advantages.sequence),
    String(completionIds.length),
    (verdict?.diagnostics ?? [])
      .filter(({ severity }) => severity !== 'note')
      .slice(0, 3)
      .map(({ tool, kind }) => `${tool} ${kind}`)
      .join(', '),
    beginning(completion),
  ];
}

function rolloutsTitle(rollouts: readonly Rollout[]): string {
  const problems = new Set(rollouts.map(({ problemId }) => problemId));
  const [first] = problems;
  return `${rollouts.length} rollouts of ${problems.size === 1 ? first : `${problems.size} problems`}`;
}

function beginning(text: string): string {
  const flat = text.trim().slice(0, 240).replaceAll(/\s+/g, ' ');
  return flat.length > 80 ? `${[...flat].slice(0, 79).join('')}…` : flat;
}
