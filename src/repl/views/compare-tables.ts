import type { ArmComparison, FlippedProblem } from '../../evaluation/index.js';
import { line, padEnd, padStart, span } from '../styled.js';
import type { StyledLine } from '../styled.js';
import { cutEnd } from './fit.js';
import { countOf, points } from './numbers.js';

/** Rows of a long table in a terminal; the rest is in the Markdown. */
const most = 10;

/** What became of each sample: its outcome first, then second. */
export function flowLines({ flow }: ArmComparison): StyledLine[] {
  const { outcomes, counts, unpaired } = flow;
  const longest = Math.max(7, ...outcomes.map((outcome) => outcome.length + 2));
  const wide = Math.max(7, Math.min(longest, Math.floor(60 / Math.max(1, outcomes.length))));
  const cut = (text: string): string =>
    text.length < wide ? text : cutEnd(text.replace('_error', ''), wide - 1);
  return [
    line(
      span(
        padEnd('first ↓ second →', 18) +
          outcomes.map((outcome) => padStart(cut(outcome), wide)).join(''),
        'dim',
      ),
    ),
    ...outcomes.map((from, i) =>
      line(
        padEnd(`  ${from}`, 18),
        ...counts[i].map((count, j) => {
          const text = padStart(count === 0 ? '·' : String(count), wide);
          return i === j ? span(text, 'dim') : span(text);
        }),
      ),
    ),
    ...(unpaired > 0
      ? [line(span(`  ${countOf(unpaired, 'sample')} without a partner`, 'dim'))]
      : []),
  ];
}

/** Samples with each kind of finding. */
export function kindLines({ kinds }: ArmComparison): StyledLine[] {
  if (kinds === null || kinds.length === 0) return [];
  return [
    line(''),
    line(span(padEnd('samples with', 40) + padStart('first', 8) + padStart('second', 8), 'dim')),
    ...kinds
      .slice(0, most)
      .map(({ kind, first, second }) =>
        line(
          padEnd(`  ${kind.slice(0, 37)}`, 40),
          padStart(String(first), 8),
          padStart(String(second), 8),
        ),
      ),
  ];
}

/** The families that changed most. */
export function familyLines({ families }: ArmComparison): StyledLine[] {
  const changes = [...families].sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference));
  const shown = changes.slice(0, most);
  return [
    line(''),
    line(
      span(
        `${padEnd('family', 26)}${padStart('problems', 9)}${padStart('first', 9)}${padStart('second', 9)}${padStart('change', 9)}${padStart('better', 9)}${padStart('worse', 9)}`,
        'dim',
      ),
    ),
    ...shown.map((own) =>
      line(
        padEnd(`  ${own.family.slice(0, 23)}`, 26),
        padStart(String(own.problems), 9),
        padStart(percentOf(own.first), 9),
        padStart(percentOf(own.second), 9),
        padStart(points(own.difference), 9),
        padStart(String(own.gained), 9),
        padStart(String(own.lost), 9),
      ),
    ),
    ...(families.length > most
      ? [line(span(`  and ${families.length - most} that changed less (--md, --json)`, 'dim'))]
      : []),
  ];
}

/** Problems that one side answers and the other does not. */
export function flipLines(
  what: 'gained' | 'lost',
  flipped: readonly FlippedProblem[],
  listed: number,
  width: number,
): StyledLine[] {
  const shown = flipped.slice(0, listed);
  const rest = flipped.length - shown.length;
  return [
    line(span(`${countOf(flipped.length, 'problem')} ${what}`, what === 'gained' ? 'good' : 'bad')),
    ...shown.map(({ problemId, first, second, firstOutcomes, secondOutcomes }) => {
      const moved =
        firstOutcomes.length === 1 && secondOutcomes.length === 1
          ? `${firstOutcomes[0]} → ${secondOutcomes[0]}`
          : `${percentOf(first)} → ${percentOf(second)}`;
      const room = Math.max(12, Math.min(width, 80) - 34);
      const id =
        problemId.length < room ? problemId : `…${problemId.slice(problemId.length - room + 2)}`;
      return line(padEnd(`  ${id}`, room + 2), span(moved, 'dim'));
    }),
    ...(rest > 0 && listed > 0
      ? [line(span(`  and ${rest} more (--problems, --md, --json)`, 'dim'))]
      : []),
  ];
}

/** A share in percent, without its sign. */
export function percentOf(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return value === 1 ? '100' : (value * 100).toFixed(1);
}
