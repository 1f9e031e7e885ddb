import type { InspectedStage, InspectedToken, Inspection } from '../rollouts/index.js';
import { escaped, number, probability, signed, times } from './inspector-text.js';

/** Every test case; open where one failed. */
export function testsHtml({ tests, testsPassed, testsTotal }: Inspection): string {
  if (tests.length === 0) return '';
  const rows = tests.map(({ passed, expected, actual }, at) => [
    String(at + 1),
    {
      html: passed
        ? '<span class="rlsf-good">✓ passed</span>'
        : '<span class="rlsf-error">× failed</span>',
    },
    literal(expected, '—'),
    literal(actual, passed ? '—' : 'nothing came'),
  ]);
  const title = `Tests: ${testsPassed} of ${testsTotal} passed`;
  return folded(
    title,
    table(title, ['test', 'outcome', 'expected', 'got, or what failed'], rows),
    testsPassed < testsTotal,
  );
}

export function rewardsHtml({ rewards }: Inspection): string {
  if (rewards.length === 0) return '';
  const rows = rewards.map(({ name, score, weight, log }) => [
    name,
    score === null ? 'unscorable' : number(score),
    number(weight),
    Object.entries(log)
      .map(([key, value]) => `${key}: ${value}`)
      .join(', '),
  ]);
  return folded('Rewards', table('Rewards', ['function', 'score', 'weight', 'log'], rows), false);
}

/** The commands as they ran, with their output. */
export function stagesHtml({ stages, outcome }: Inspection): string {
  if (stages.length === 0) return '';
  return folded(
    `Stages: ${stages.map((stage) => `${stage.stage} ${endOf(stage)}`).join(', ')}`,
    stages.map(stageHtml).join('\n'),
    outcome === 'sandbox_error',
  );
}

/** What hovering says, for those who do not hover. */
export function tokensHtml({ tokens }: Inspection): string {
  if (tokens.length === 0) return '';
  const hasAfter = tokens.some(({ logprobAfter }) => logprobAfter !== null);
  const rows = tokens.map((token: InspectedToken) => [
    String(token.index + 1),
    String(token.line),
    literal(token.text === '' ? null : token.text, 'no text'),
    token.advantage === null ? '' : signed(token.advantage),
    token.reward === null ? '' : signed(token.reward),
    token.logprob === null ? '' : number(token.logprob),
    token.logprob === null ? '' : probability(token.logprob),
    ...(hasAfter ? afterCells(token) : []),
    [...new Set([...token.kinds, ...token.labels])].join(', '),
  ]);
  const columns = [
    'token',
    'line',
    'text',
    'advantage',
    'reward',
    'logprob',
    'probability',
    ...(hasAfter ? ['probability after', 'change'] : []),
    'reached by',
  ];
  return folded(`Tokens: ${tokens.length}`, table('Tokens', columns, rows), false);
}

function afterCells({ logprob, logprobAfter }: InspectedToken): string[] {
  if (logprobAfter === null) return ['', ''];
  return [probability(logprobAfter), logprob === null ? '' : times(logprobAfter - logprob)];
}

export function folded(title: string, body: string, isOpen: boolean): string {
  return `<details${isOpen ? ' open' : ''}><summary>${escaped(title)}</summary>\n${body}\n</details>`;
}

/** Text, or markup of ours. */
type Cell = string | { html: string; isLiteral?: boolean };

function literal(text: string | null, none: string): Cell {
  const html =
    text === null
      ? `<i class="rlsf-muted">${escaped(none)}</i>`
      : `<span>${escaped(JSON.stringify(text))}</span>`;
  return { html, isLiteral: true };
}

function table(label: string, head: readonly string[], rows: readonly Cell[][]): string {
  const cell = (each: Cell): string => {
    if (typeof each === 'string') return `<td>${escaped(each)}</td>`;
    return `<td${each.isLiteral ? ' class="rlsf-literal"' : ''}>${each.html}</td>`;
  };
  return [
    `<div class="rlsf-scroll" role="region" aria-label="${escaped(label)}" tabindex="0"><table>`,
    `<thead><tr>${head.map((name) => `<th scope="col">${escaped(name)}</th>`).join('')}</tr></thead>`,
    '<tbody>',
    ...rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`),
    '</tbody></table></div>',
  ].join('\n');
}

function endOf({ exitCode, signal }: InspectedStage): string {
  return signal === null ? `exit ${exitCode ?? '?'}` : `signal ${signal}`;
}

function stageHtml(stage: InspectedStage): string {
  const streams = [
    ['standard output', stage.stdout],
    ['standard error', stage.stderr],
  ] as const;
  return [
    `<p><b>${stage.stage}</b> ${escaped(endOf(stage))}, ${number(stage.durationMs / 1000)} s${stage.truncated ? ', output cut' : ''}</p>`,
    ...(stage.command.length > 0 ? [`<pre>${escaped(stage.command.join(' '))}</pre>`] : []),
    ...streams
      .filter(([, text]) => text.trim() !== '')
      .map(
        ([name, text]) =>
          `<p class="rlsf-muted">${name}</p><pre tabindex="0">${escaped(text)}</pre>`,
      ),
  ].join('\n');
}
