import type { Inspection } from '../../rollouts/index.js';
import { inspectionHtml } from '../inspector-html.js';
import { escaped, number, signed } from '../inspector-text.js';

export interface CellHtmlOptions {
  /** Rollouts of the cell that are not among the inspected ones. @default 0 */
  omitted?: number;
  /** What shows all of them in the terminal. */
  commands: readonly string[];
}

/**
 * What a cell of the grid opens: a table of rewards and advantages, then each rollout with its source,
 * findings and heat map. Everything that a model or a tool wrote is text.
 */
export function cellHtml(
  inspections: readonly Inspection[],
  { omitted = 0, commands }: CellHtmlOptions,
): string {
  const commandList = commands.map((command) => `<code>${escaped(command)}</code>`).join(' ');
  return [
    tableHtml(inspections),
    omitted > 0
      ? `<p class="report-note">${omitted} more rollouts are not in this page: ${commandList}</p>`
      : `<p class="report-note">In the terminal: ${commandList}</p>`,
    inspectionHtml(inspections, { title: 'Rollouts', style: false }),
  ].join('\n');
}

function tableHtml(inspections: readonly Inspection[]): string {
  const names = [...new Set(inspections.flatMap(({ rewards }) => rewards.map(({ name }) => name)))];
  const head = ['sample', 'outcome', 'tests', 'tokens', 'reward', ...names, 'advantage'];
  const rows = inspections.map((each) => [
    each.sample === null ? '' : String(each.sample + 1),
    each.outcome === null ? 'not judged' : `${outcomeMark(each.outcome)} ${each.outcome}`,
    each.testsTotal > 0 ? `${each.testsPassed}/${each.testsTotal}` : '',
    String(each.tokens.length),
    each.isUnscorable ? 'unscorable' : each.reward === null ? '' : number(each.reward),
    ...names.map((name) => {
      const reward = each.rewards.find((one) => one.name === name);
      return reward ? (reward.score === null ? 'unscorable' : number(reward.score)) : '';
    }),
    each.advantage === null ? '' : signed(each.advantage.sequence),
  ]);
  return htmlTable('Rewards and advantages', head, rows);
}

/** A sign for what a colour would say. */
export function outcomeMark(outcome: string): string {
  return outcome === 'clean'
    ? '✓'
    : outcome === 'warning'
      ? '!'
      : outcome === 'sandbox_error'
        ? '?'
        : '×';
}

/** A table that scrolls by itself where the window is narrow. */
export function htmlTable(
  label: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const cells = (row: readonly string[]): string =>
    row
      .map((text, at) =>
        at === 0 ? `<th scope="row">${escaped(text)}</th>` : `<td>${escaped(text)}</td>`,
      )
      .join('');
  return [
    `<div class="report-scroll" role="region" aria-label="${escaped(label)}" tabindex="0"><table>`,
    `<thead><tr>${head.map((text) => `<th scope="col">${escaped(text)}</th>`).join('')}</tr></thead>`,
    `<tbody>${rows.map((row) => `<tr>${cells(row)}</tr>`).join('\n')}</tbody>`,
    '</table></div>',
  ].join('\n');
}
