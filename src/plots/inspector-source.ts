import type {
  InspectedFinding,
  InspectedFrame,
  InspectedStack,
  InspectedToken,
  Inspection,
} from '../rollouts/index.js';
import { escaped, findingTitle, number, probability, signed, times } from './inspector-text.js';
import { layoutSource, rowOfByte, type SourceCell, type SourceRow } from './inspector-layout.js';

/** The source with line numbers, its tokens as a heat map, each finding below its line. */
export function sourceHtml(inspection: Inspection): string {
  const { completion, tokens, findings } = inspection;
  const rows = layoutSource(completion, tokens);
  const told = findings.filter((finding) => finding.severity !== 'note');
  const marks = told.flatMap(({ place, severity }) =>
    place === null
      ? []
      : [{ start: place.start, end: Math.max(place.end, place.start + 1), severity }],
  );
  const home = new Map(
    told.map((finding) => [
      finding,
      finding.place === null ? null : rowOfByte(rows, finding.place.start),
    ]),
  );
  const drawn = rows.map((row) =>
    [
      `<div class="rlsf-row"><span class="rlsf-number">${row.number}</span><code class="rlsf-code">${rowHtml(row, inspection, marks)}</code></div>`,
      ...told
        .filter((finding) => home.get(finding) === row)
        .map((finding) => findingHtml(finding, columnOf(row, finding.place?.start ?? 0))),
      ...told.flatMap((finding) => secondPlaces(finding, row)),
    ].join('\n'),
  );
  const placeless = told.filter((finding) => finding.place === null);
  return [
    `<div class="rlsf-source" role="group" aria-label="Completion, ${rows.length} lines">`,
    ...drawn,
    '</div>',
    ...placeless.map((finding) => findingHtml(finding, null)),
  ].join('\n');
}

interface Mark {
  start: number;
  end: number;
  severity: InspectedFinding['severity'];
}

/** Neighbours that look the same share one element. */
function rowHtml(row: SourceRow, inspection: Inspection, marks: readonly Mark[]): string {
  let html = '';
  for (let at = 0; at < row.cells.length;) {
    const { token } = row.cells[at];
    let end = at;
    while (end < row.cells.length && row.cells[end].token === token) end++;
    const inner = cellsHtml(row.cells.slice(at, end), marks);
    html += token === null ? inner : tokenHtml(inspection, token, inner);
    at = end;
  }
  // An empty line keeps its height and its place in a copy.
  return html === '' ? '\u200b' : html;
}

function tokenHtml({ tokens, heat }: Inspection, index: number, inner: string): string {
  const level = heat?.levels[index] ?? 0;
  const scale = heat?.of === 'logprob' ? 'odd' : level > 0 ? 'up' : 'down';
  const tint = level === 0 ? '' : ` rlsf-${scale}${Math.min(5, Math.abs(level))}`;
  return `<span class="rlsf-token${tint}" title="${tooltip(tokens[index])}">${inner}</span>`;
}

function cellsHtml(cells: readonly SourceCell[], marks: readonly Mark[]): string {
  let html = '';
  for (let at = 0; at < cells.length;) {
    const look = lookOf(cells[at], marks);
    let text = '';
    for (; at < cells.length && lookOf(cells[at], marks) === look; at++) text += cells[at].text;
    html += look === '' ? escaped(text) : `<span class="${look}">${escaped(text)}</span>`;
  }
  return html;
}

function lookOf(cell: SourceCell, marks: readonly Mark[]): string {
  const hits = marks.filter((mark) => mark.start < cell.end && cell.start < mark.end);
  const grave = hits.some((mark) => mark.severity === 'error') ? 'error' : 'warning';
  return [
    ...(cell.kind === 'end' ? ['rlsf-end'] : []),
    ...(cell.kind === 'stand-in' || cell.kind === 'part' ? ['rlsf-stand-in'] : []),
    ...(hits.length > 0 && cell.kind !== 'end' ? ['rlsf-hit', `rlsf-hit-${grave}`] : []),
  ].join(' ');
}

/** What hovering over a token says; the table of tokens says the same. */
function tooltip(token: InspectedToken): string {
  const { index, text, reward, advantage, labels, kinds } = token;
  const facts = [
    `token ${index + 1}: ${text === '' ? 'no text' : JSON.stringify(text)}`,
    ...(advantage === null ? [] : [`advantage ${signed(advantage)}`]),
    ...(reward === null ? [] : [`reward ${signed(reward)} ${labels.join(', ')}`.trim()]),
    ...likelihoods(token),
    ...(kinds.length === 0 ? [] : [`reached by ${kinds.join(', ')}`]),
    ...(token.isSampled ? [] : ['not sampled by the policy']),
  ];
  return facts.map(escaped).join('&#10;');
}

/** As sampled; with a later policy's beside it, both by name. */
function likelihoods({ logprob, logprobAfter }: InspectedToken): string[] {
  const told = (value: number): string =>
    `logprob ${number(value)}, probability ${probability(value)}`;
  if (logprobAfter === null) return logprob === null ? [] : [told(logprob)];
  return [
    ...(logprob === null ? [] : [`before: ${told(logprob)}`]),
    `after: ${told(logprobAfter)}${logprob === null ? '' : `, ${times(logprobAfter - logprob)}`}`,
  ];
}

function columnOf(row: SourceRow, byte: number): number {
  let column = 0;
  for (const cell of row.cells) {
    if (cell.end > byte) break;
    column += cell.kind === 'tab' ? 4 - (column % 4) : [...cell.text].length;
  }
  return column;
}

/** `column: null`: it has no place in the completion, and says why. */
function findingHtml(finding: InspectedFinding, column: number | null): string {
  const { severity, place, reason, stacks, position } = finding;
  const look = severity === 'error' ? 'error' : 'warning';
  const { name, rest } = findingTitle(finding);
  const where =
    place === null
      ? `no place in the completion: ${reason}`
      : place.precision === 'line'
        ? `line ${place.line}, to the line`
        : `line ${place.line}, column ${place.column}`;
  const said = position === null ? '' : `, ${positionText(position)} in the judged file`;
  const frames = stacks.filter((stack) => stack.frames.length > 0);
  return [
    `<div class="rlsf-finding rlsf-${look}${column === null ? ' rlsf-placeless' : ''}" style="--rlsf-column: ${column ?? 0}">`,
    `<p><b>${severity === 'error' ? '×' : '!'} ${escaped(name)}</b> <span class="rlsf-message">${escaped(rest)}</span> <span class="rlsf-muted">(${severity}; ${escaped(where + said)})</span></p>`,
    ...(frames.length === 0
      ? []
      : [
          `<details><summary>${escaped(stackSummary(frames))}</summary>`,
          ...frames.map(stackHtml),
          '</details>',
        ]),
    '</div>',
  ].join('');
}

/** The first frame of the program, so that a closed stack already says most. */
function stackSummary(stacks: readonly InspectedStack[]): string {
  const own = stacks[0].frames.find((frame) => frame.isUser) ?? stacks[0].frames[0];
  const others = stacks.slice(1).map((stack) => stack.title ?? 'another stack');
  return ['stack: in ' + frameText(own), ...others].join(' · ');
}

function stackHtml({ title, frames, omitted }: InspectedStack): string {
  return [
    title === null ? '' : `<p class="rlsf-muted">${escaped(title)}:</p>`,
    '<ol class="rlsf-frames">',
    ...frames.map(
      (frame) =>
        `<li${frame.isUser ? ' class="rlsf-own"' : ''}>#${frame.index} ${escaped(frameText(frame))}</li>`,
    ),
    omitted > 0 ? `<li>… ${omitted} more</li>` : '',
    '</ol>',
  ].join('');
}

function frameText({ function: name, position, line }: InspectedFrame): string {
  if (position === null) return name;
  const place = positionText(position);
  return line === null ? `${name} ${place}` : `${name} line ${line} (${place})`;
}

function positionText({
  file,
  line,
  column,
}: {
  file: string;
  line: number;
  column: number | null;
}): string {
  return `${file}:${line}${column === null ? '' : `:${column}`}`;
}

/** Where memory was released or allocated is told below its own line too. */
function secondPlaces({ stacks, kind, place }: InspectedFinding, row: SourceRow): string[] {
  return stacks.slice(1).flatMap(({ title, frames }) => {
    const own = frames.find((frame) => frame.line !== null)?.line ?? null;
    if (own !== row.number || own === place?.line) return [];
    const text = `${title ?? 'also here'} (${kind}${place === null ? '' : `, line ${place.line}`})`;
    const indent = row.cells.findIndex((cell) => cell.text.trim() !== '');
    return [
      `<div class="rlsf-finding rlsf-note" style="--rlsf-column: ${Math.max(0, indent)}"><p>· ${escaped(text)}</p></div>`,
    ];
  });
}
