/** Every class of the inspector begins with this, and every rule is inside one element of it. */
export const root = 'rlsf-inspector';

// Ink, paper and the tints of both signs (blue above 0, orange below: told apart by the colour-blind;
// a bar above or below the token says the same without colour).
export const light = {
  ink: '#1f2328',
  muted: '#59636e',
  paper: '#ffffff',
  raised: '#f6f8fa',
  edge: '#d1d9e0',
  error: '#b3261e',
  warning: '#7d4e00',
  good: '#116329',
  positive: '0, 114, 178',
  negative: '213, 94, 0',
  surprise: '148, 70, 140',
};

export const dark: typeof light = {
  ink: '#e6edf3',
  muted: '#a3adb8',
  paper: '#15191f',
  raised: '#1d232b',
  edge: '#3d444d',
  error: '#ff8f86',
  warning: '#e3b341',
  good: '#6fd68a',
  positive: '86, 180, 233',
  negative: '240, 120, 40',
  surprise: '214, 140, 205',
};

export const strengths = [0.07, 0.14, 0.22, 0.32, 0.52];

/** The whole style sheet of a fragment; nothing in it reaches outside `.rlsf-inspector`. */
export function styleSheet(): string {
  // Three times the class: a notebook's own rules for tables, code and headings must not win.
  const own = `.${root}.${root}.${root}`;
  const rules = rulesOf(own);
  return [
    `${own} {${variables(light)} color-scheme: light;}`,
    `@media screen and (prefers-color-scheme: dark) { ${own}.rlsf-auto {${variables(dark)} color-scheme: dark;} }`,
    // What JupyterLab and VS Code say about their theme counts for more than the system.
    `[data-jp-theme-light="true"] ${own}.rlsf-auto, .vscode-light ${own}.rlsf-auto {${variables(light)} color-scheme: light;}`,
    `[data-jp-theme-light="false"] ${own}.rlsf-auto, .vscode-dark ${own}.rlsf-auto, .vscode-high-contrast ${own}.rlsf-auto, ${own}.rlsf-dark {${variables(dark)} color-scheme: dark;}`,
    ...rules,
  ].join('\n');
}

function variables(theme: typeof light): string {
  return Object.entries(theme)
    .map(([name, value]) => ` --rlsf-${name}: ${value};`)
    .join('');
}

function rulesOf(own: string): string[] {
  const sans = 'system-ui, "Segoe UI", "DejaVu Sans", sans-serif';
  const mono =
    'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace';
  const rules: [string, string][] = [
    [
      '',
      `font: 14px/1.5 ${sans}; color: var(--rlsf-ink); background: var(--rlsf-paper); border: 1px solid var(--rlsf-edge); border-radius: 6px; padding: 12px 16px; margin: 0; text-align: left; overflow-wrap: anywhere`,
    ],
    ['*', 'box-sizing: border-box'],
    [
      'h3, h4, p, pre, ol, dl, dd, table',
      'margin: 0; padding: 0; border: 0; background: none; color: inherit; font: inherit',
    ],
    ['h3', 'font-size: 16px; font-weight: 600; margin: 0 0 4px'],
    ['h4', 'font-weight: 600; margin: 14px 0 4px'],
    ['.rlsf-muted', 'color: var(--rlsf-muted)'],
    ['.rlsf-outcome', 'font-weight: 600; white-space: nowrap'],
    ['.rlsf-good', 'color: var(--rlsf-good)'],
    ['.rlsf-warning', 'color: var(--rlsf-warning)'],
    ['.rlsf-error', 'color: var(--rlsf-error)'],
    ['.rlsf-facts', 'display: flex; flex-wrap: wrap; gap: 2px 20px; margin: 4px 0'],
    ['.rlsf-facts > div', 'display: flex; gap: 6px'],
    [
      'dt',
      'display: block; float: none; width: auto; color: var(--rlsf-muted); white-space: nowrap; font-weight: 400; margin: 0; padding: 0',
    ],
    ['details', 'margin: 6px 0; color: inherit; background: none; border: 0; padding: 0'],
    ['summary', 'cursor: pointer; color: inherit; padding: 1px 0'],
    ['summary:focus-visible', 'outline: 2px solid var(--rlsf-ink); outline-offset: 2px'],
    ['.rlsf-member', 'border-top: 1px solid var(--rlsf-edge); margin: 0; padding: 4px 0'],
    ['.rlsf-member > summary > span', 'margin-right: 14px; white-space: nowrap'],
    ['.rlsf-body', 'padding: 4px 0 10px 14px'],
    [
      '.rlsf-legend',
      'display: flex; flex-wrap: wrap; gap: 2px 14px; margin: 8px 0 4px; font-size: 13px',
    ],
    [
      '.rlsf-source',
      'border: 1px solid var(--rlsf-edge); border-radius: 4px; padding: 6px 0; margin: 4px 0',
    ],
    [
      '.rlsf-row, pre, .rlsf-frames',
      `font: 13px/1.75 ${mono}; tab-size: 4; white-space: pre-wrap; unicode-bidi: isolate; direction: ltr`,
    ],
    ['.rlsf-row', 'display: flex'],
    [
      '.rlsf-number',
      'flex: none; width: 3.5em; padding-right: 1em; text-align: right; color: var(--rlsf-muted); user-select: none',
    ],
    [
      '.rlsf-code',
      'flex: 1; min-width: 0; padding: 0 8px 0 0; margin: 0; font: inherit; color: inherit; background: none; border: 0; white-space: inherit',
    ],
    [
      'pre',
      'line-height: 1.5; padding: 6px 10px; background: var(--rlsf-raised); border-radius: 4px; max-height: 24em; overflow: auto',
    ],
    ['.rlsf-token', 'unicode-bidi: isolate; border-radius: 2px; padding: 2px 0'],
    ['.rlsf-token:hover', 'outline: 1px solid var(--rlsf-ink)'],
    ['.rlsf-stand-in', 'font-size: 0.85em'],
    ['.rlsf-end', 'color: var(--rlsf-muted); user-select: none'],
    [
      '.rlsf-hit',
      'text-decoration: underline wavy 1px; text-underline-offset: 3px; text-decoration-skip-ink: none',
    ],
    ['.rlsf-hit-error', 'text-decoration-color: var(--rlsf-error)'],
    ['.rlsf-hit-warning', 'text-decoration-color: var(--rlsf-warning)'],
    [
      '.rlsf-finding',
      `margin: 1px 8px 5px calc(3.4em + min(var(--rlsf-column, 0) * 1ch, 35%)); font: 13px/1.5 ${mono}; padding: 2px 0 2px 10px; border-left: 3px solid currentColor; position: relative`,
    ],
    [
      '.rlsf-finding::before',
      'content: ""; position: absolute; left: -7px; top: -5px; border: 5px solid transparent; border-top: 0; border-bottom-color: currentColor',
    ],
    ['.rlsf-finding > *', `font-family: ${sans}`],
    ['.rlsf-placeless', 'margin-left: 8px'],
    ['.rlsf-placeless::before', 'display: none'],
    ['.rlsf-note', 'color: var(--rlsf-muted)'],
    ['.rlsf-finding b', 'font-weight: 600'],
    ['.rlsf-finding details, .rlsf-finding .rlsf-message', 'color: var(--rlsf-ink); margin: 0'],
    [
      '.rlsf-frames',
      'list-style: none; line-height: 1.5; padding: 0 0 4px 1em; color: var(--rlsf-muted)',
    ],
    ['.rlsf-frames .rlsf-own', 'color: var(--rlsf-ink); font-weight: 600'],
    ['.rlsf-scroll', 'overflow-x: auto; max-height: 30em'],
    ['table', 'border-collapse: collapse; font-size: 13px; width: auto; display: table'],
    ['thead, tr', 'background: none; border: 0'],
    [
      'th, td',
      'text-align: left; vertical-align: top; padding: 2px 14px 2px 0; border: 0; border-bottom: 1px solid var(--rlsf-edge); max-width: 46em; white-space: normal; overflow-wrap: break-word; color: inherit; background: none; font-weight: 400',
    ],
    [
      'th',
      'color: var(--rlsf-muted); white-space: nowrap; position: sticky; top: 0; background: var(--rlsf-paper)',
    ],
    ['td.rlsf-literal', 'min-width: 9em'],
    [
      'td.rlsf-literal span',
      `font-family: ${mono}; white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate`,
    ],
  ];
  strengths.forEach((strength, at) => {
    const bar = [1, 1, 2, 3, 5][at];
    const tint = (name: string, side: string): string =>
      `background: rgba(var(--rlsf-${name}), ${strength}); box-shadow: inset 0 ${side}${bar}px 0 rgb(var(--rlsf-${name}))`;
    rules.push(
      [`.rlsf-up${at + 1}`, tint('positive', '')],
      [`.rlsf-down${at + 1}`, tint('negative', '-')],
      [`.rlsf-odd${at + 1}`, tint('surprise', '-')],
    );
  });
  return rules.map(([selector, body]) => {
    const places =
      selector === ''
        ? own
        : selector
            .split(', ')
            .map((s) => `${own} ${s}`)
            .join(', ');
    return `${places} {${body}}`;
  });
}
