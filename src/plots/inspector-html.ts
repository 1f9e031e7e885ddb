import type { Inspection, InspectionHeat } from '../rollouts/index.js';
import { sourceHtml } from './inspector-source.js';
import { root, styleSheet } from './inspector-style.js';
import { rewardsHtml, stagesHtml, testsHtml, tokensHtml } from './inspector-tables.js';
import { escaped, number, signed } from './inspector-text.js';

export interface InspectionHtmlOptions {
  /** A whole document for a file, not a fragment for a notebook. @default false */
  readonly page?: boolean;
  /** @default the rollout's title, or the group's */
  readonly title?: string;
  /** `auto` follows JupyterLab's or VS Code's theme, else the system's. @default 'auto' */
  readonly theme?: 'auto' | 'light' | 'dark';
  /** `false`: the rules are in the page already. @default true */
  readonly style?: boolean;
}

/**
 * One rollout, or several (a group, each to be unfolded), as HTML by itself: no script, no link, no
 * picture from outside, and no rule that reaches beyond it. Whatever a model or a program wrote is
 * text here, with hidden characters made visible; a page forbids scripts besides.
 */
export function inspectionHtml(
  inspection: Inspection | readonly Inspection[],
  options: InspectionHtmlOptions = {},
): string {
  const { page = false, theme = 'auto', style = true } = options;
  const all = isMany(inspection) ? inspection : [inspection];
  const title = options.title ?? titleOf(all);
  const body = isMany(inspection) && all.length !== 1 ? groupHtml(all) : all.map(oneHtml).join('');
  const fragment = [
    `<div class="${root} rlsf-${theme}" role="region" aria-label="${escaped(title)}">`,
    ...(style ? [`<style>\n${styleSheet()}\n</style>`] : []),
    `<h3>${escaped(title)}${problemHtml(all)}</h3>`,
    promptHtml(all),
    body,
    '</div>',
  ].join('\n');
  if (!page) return fragment;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="${theme === 'auto' ? 'light dark' : theme}">
<title>${escaped(title)}</title>
</head>
<body>
${fragment}
</body>
</html>
`;
}

// `Array.isArray` does not narrow a readonly array.
function isMany(given: Inspection | readonly Inspection[]): given is readonly Inspection[] {
  return Array.isArray(given);
}

function titleOf(all: readonly Inspection[]): string {
  if (all.length === 0) return 'no rollouts';
  if (all.length === 1 || all[0].id === null) return all[0].title;
  return `group ${all[0].id.split('/').slice(0, -1).join('/')}`;
}

function problemHtml(all: readonly Inspection[]): string {
  const problem = all[0]?.problemId ?? null;
  return problem === null ? '' : ` <span class="rlsf-muted">${escaped(problem)}</span>`;
}

function promptHtml(all: readonly Inspection[]): string {
  const prompt = all[0]?.prompt ?? null;
  return prompt === null
    ? ''
    : `<pre aria-label="Prompt" tabindex="0">${escaped(prompt.trimEnd())}</pre>`;
}

/** One line for each member; the first of those with most to tell is open. */
function groupHtml(all: readonly Inspection[]): string {
  const weight = (each: Inspection): number => Math.min(1, each.findings.length);
  const open = all.reduce((best, each) => (weight(each) > weight(best) ? each : best), all[0]);
  return all
    .map((each) =>
      [
        `<details class="rlsf-member"${each === open ? ' open' : ''}><summary>${headParts(each)
          .map((part) => `<span>${part}</span>`)
          .join('')}</summary>`,
        `<div class="rlsf-body">${detailHtml(each)}</div></details>`,
      ].join('\n'),
    )
    .join('\n');
}

function oneHtml(inspection: Inspection): string {
  return [
    `<p class="rlsf-facts">${headParts(inspection)
      .map((part) => `<span>${part}</span>`)
      .join('')}</p>`,
    detailHtml(inspection),
    tokensHtml(inspection),
  ].join('\n');
}

function detailHtml(inspection: Inspection): string {
  return [
    factsHtml(inspection),
    legendHtml(inspection),
    sourceHtml(inspection),
    testsHtml(inspection),
    rewardsHtml(inspection),
    stagesHtml(inspection),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function headParts(inspection: Inspection): string[] {
  const { sample, outcome, testsPassed, testsTotal, reward, advantage } = inspection;
  return [
    ...(sample === null ? [] : [`sample ${sample + 1}`]),
    outcome === null ? 'not judged' : outcomeHtml(outcome),
    ...(testsTotal > 0 ? [`tests ${testsPassed}/${testsTotal}`] : []),
    ...(inspection.isUnscorable
      ? ['<span class="rlsf-warning">unscorable</span>']
      : reward === null
        ? []
        : [`reward ${number(reward)}`]),
    ...(advantage ? [`advantage ${signed(advantage.sequence)}`] : []),
  ];
}

function outcomeHtml(outcome: NonNullable<Inspection['outcome']>): string {
  const [sign, look] =
    outcome === 'clean'
      ? ['✓', 'good']
      : outcome === 'warning'
        ? ['!', 'warning']
        : outcome === 'sandbox_error'
          ? ['?', 'warning']
          : ['×', 'error'];
  return `<span class="rlsf-outcome rlsf-${look}">${sign} ${escaped(outcome)}</span>`;
}

function factsHtml(inspection: Inspection): string {
  const { answer, tokens, finishReason, toolchain, isolation } = inspection;
  const facts: [string, string][] = [];
  if (answer) {
    facts.push(['answer', answer.prediction ?? 'none'], ['expected', answer.groundTruth ?? 'none']);
    if (!answer.formatOk) facts.push(['form', 'not as asked for']);
  }
  if (tokens.length > 0)
    facts.push([
      'tokens',
      `${tokens.length}${finishReason === null ? '' : `, ended by ${finishReason}`}`,
    ]);
  if (toolchain !== null) facts.push(['judged by', toolchain], ['isolation', isolation ?? '?']);
  if (inspection.fromCache) facts.push(['verdict', 'from the cache']);
  if (inspection.retried) facts.push(['run', 'retried alone']);
  if (facts.length === 0) return '';
  return `<dl class="rlsf-facts">${facts
    .map(([name, text]) => `<div><dt>${name}</dt><dd>${escaped(text)}</dd></div>`)
    .join('')}</dl>`;
}

function legendHtml({ heat, advantage }: Inspection): string {
  if (heat === null || heat.min === null || heat.max === null) return '';
  const key = (look: string, text: string): string =>
    `<span><span class="rlsf-token rlsf-${look}">&nbsp;&nbsp;&nbsp;</span> ${escaped(text)}</span>`;
  return `<div class="rlsf-legend"><span class="rlsf-muted">${escaped(heatName(heat, advantage?.scheme))}</span>${legendKeys(
    heat,
  )
    .map(([look, text]) => key(look, text))
    .join('')}<span class="rlsf-muted">hover over a token for its numbers</span></div>`;
}

function heatName(heat: InspectionHeat, scheme: string | undefined): string {
  if (heat.of === 'findings') return 'tokens reached by findings';
  if (heat.of === 'logprob') return 'probability of each token';
  const name = heat.of === 'advantage' && scheme !== undefined ? `advantage (${scheme})` : heat.of;
  const { min, max } = heat;
  if (min === null || max === null) return name;
  return min === max ? `${name}, all ${signed(min)}` : `${name}, ${signed(min)} to ${signed(max)}`;
}

function legendKeys(heat: InspectionHeat): [string, string][] {
  if (heat.of === 'findings')
    return [
      ['down5', 'error'],
      ['down3', 'warning'],
    ];
  if (heat.of === 'logprob')
    return [
      ['odd1', 'below 0.9'],
      ['odd3', 'below 0.5'],
      ['odd5', 'below 0.1'],
    ];
  return [
    ['down5', `−${number(heat.scale)} (bar below)`],
    ['down1', 'just below 0'],
    ['up1', 'just above 0'],
    ['up5', `+${number(heat.scale)} (bar above)`],
  ];
}
