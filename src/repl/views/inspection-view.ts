import { visibleText } from '../../plots/visible.js';
import type {
  InspectedFinding,
  InspectedFrame,
  Inspection,
  ReachedToken,
} from '../../rollouts/index.js';
import type { StyledLine } from '../styled.js';
import { fitLine, line, span } from '../styled.js';
import { factLines, headLine, testLines } from './facts-view.js';
import { breakText, packLine } from './fit.js';
import { heatLegend, sourceHeat } from './heat-view.js';
import type { ShownFinding } from './source-view.js';
import { findingText, sourceView } from './source-view.js';
import { stageLines } from './stages-view.js';

export interface InspectionViewOptions {
  /** Columns. */
  width: number;
  /** Rows of source, those around the findings first. @default 200 */
  maxSourceLines?: number;
  /** How many findings are told in full; all are marked. @default 12 */
  maxFindings?: number;
  /** The prompt comes first. @default true */
  prompt?: boolean;
  /** Index of the token someone points at. @default none */
  cursor?: number;
}

/**
 * All that is known of one rollout or judged file: the prompt, the facts, the source with its heat map
 * and the findings under their carets with the frames of their stacks, tests, stages.
 */
export function inspectionView(
  inspection: Inspection,
  options: InspectionViewOptions,
): StyledLine[] {
  const { width, maxSourceLines = 200, maxFindings = 12, prompt = true } = options;
  const { completion } = inspection;
  const pointedAt = options.cursor === undefined ? undefined : inspection.tokens[options.cursor];
  const told = inspection.findings.filter((finding) => finding.severity !== 'note');
  const findings = told.slice(0, maxFindings);
  const input = {
    completion,
    reached: reachedOf(inspection),
    findings: [
      ...counted(findings.map(shownFinding)),
      ...findings.flatMap((f) => secondPlaces(f, inspection)),
    ],
    heat: sourceHeat(inspection),
    ...(pointedAt && { cursor: { ...pointedAt, token: pointedAt.index } }),
  };
  const more = told.length - findings.length;
  return [
    ...(prompt ? promptLines(inspection, width) : []),
    ...packLine(headLine(inspection), width, 2),
    ...factLines(inspection, width),
    ...packLine(heatLegend(inspection), width, 11),
    ...sourceView(input, { width, maxSourceLines }),
    ...(more > 0 ? [line(span(`    findings beyond these: ${more}`, 'dim'))] : []),
    ...testLines(inspection, width),
    ...stageLines(inspection),
  ].map((each) => fitLine(each, width));
}

/** A group: its prompt once, a line for each member, then each in full. */
export function inspectionsView(
  inspections: readonly Inspection[],
  options: InspectionViewOptions,
): StyledLine[] {
  const { width } = options;
  if (inspections.length === 1) return inspectionView(inspections[0], options);
  return [
    ...inspections.slice(0, 1).flatMap((inspection) => promptLines(inspection, width)),
    line(''),
    ...inspections.map((inspection) => fitLine(headLine(inspection), width)),
    ...inspections.flatMap((inspection) => [
      line(''),
      ...inspectionView(inspection, { ...options, prompt: false }),
    ]),
  ];
}

function promptLines({ prompt }: Inspection, width: number): StyledLine[] {
  if (prompt === null) return [];
  return prompt
    .trimEnd()
    .split('\n')
    .flatMap((row) => breakText(visibleText(row).replace(/\t/g, '  '), width - 4))
    .map((row) => line(span(`  ${row}`, 'accent')));
}

/** The tokens that findings reached; in a text without tokens, the places themselves. */
function reachedOf({ tokens, findings }: Inspection): ReachedToken[] {
  if (tokens.length > 0)
    return tokens.flatMap(({ index, start, end, severity, kinds }) =>
      severity === null ? [] : [{ token: index, start, end, kind: kinds[0], severity }],
    );
  return findings.flatMap(({ place, kind, severity }, token) =>
    place === null || severity === 'note'
      ? []
      : [{ token, start: place.start, end: Math.max(place.end, place.start + 1), kind, severity }],
  );
}

function shownFinding(finding: InspectedFinding): ShownFinding {
  const { severity, place, reason, stacks } = finding;
  return {
    text: findingText(finding),
    severity,
    start: place?.start ?? null,
    reason,
    details: stacks.flatMap(({ title, frames, omitted }) => {
      const shown = tellingFrames(frames);
      const left = frames.length + omitted - shown.length;
      if (shown.length === 0) return [];
      const rows = shown.map((frame) => `#${frame.index} ${frameText(frame)}`);
      return [
        ...(title === null ? [] : [`${title}:`]),
        ...rows,
        ...(left > 0 && title === null
          ? [`… ${left} more ${left === 1 ? 'frame' : 'frames'}`]
          : []),
      ];
    }),
  };
}

/** What is said several times of one place, or without one, is told once with its count. */
function counted(findings: readonly ShownFinding[]): ShownFinding[] {
  const groups = new Map<string, { finding: ShownFinding; count: number }>();
  for (const finding of findings) {
    const key = JSON.stringify([finding.text, finding.start, finding.reason]);
    const known = groups.get(key);
    if (known) known.count++;
    else groups.set(key, { finding, count: 1 });
  }
  return [...groups.values()].map(({ finding, count }) =>
    count === 1 ? finding : { ...finding, text: `${finding.text} (${count} times)` },
  );
}

/** Up to six frames of the program, and the innermost one with a place that is not. */
function tellingFrames(frames: readonly InspectedFrame[]): InspectedFrame[] {
  const own = frames.filter((frame) => frame.isUser).slice(0, 6);
  const other = frames.find((frame) => !frame.isUser && frame.position !== null);
  return [...own, ...(other ? [other] : [])].sort((a, b) => a.index - b.index);
}

function frameText({ function: name, position, line: own }: InspectedFrame): string {
  if (position === null) return name;
  const place = `${position.file}:${position.line}${position.column === null ? '' : `:${position.column}`}`;
  return own === null ? `${name} ${place}` : `${name} line ${own} (${place})`;
}

/** Where memory was released or allocated is told under its own line too. */
function secondPlaces(
  { stacks, kind, place }: InspectedFinding,
  { lines }: Inspection,
): ShownFinding[] {
  return stacks.slice(1).flatMap(({ title, frames }) => {
    const own = frames.find((frame) => frame.line !== null)?.line ?? null;
    if (own === null || own === place?.line) return [];
    const { start, text } = lines[own - 1];
    const indent = text.length - text.trimStart().length;
    return [
      {
        text: `${title ?? 'also here'} (${kind}${place === null ? '' : `, line ${place.line}`})`,
        severity: 'note' as const,
        start: start + indent,
        reason: null,
        isNote: true,
      },
    ];
  });
}
