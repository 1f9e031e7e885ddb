import type { Outcome } from '../../records.js';
import type { GroupExplanation, Reason, StepExplanation } from '../../training/index.js';
import { line, padEnd, padStart, span, wrapText } from '../styled.js';
import type { StyledLine } from '../styled.js';
import { packLine } from './fit.js';
import { countOf } from './numbers.js';
import { outcomeSign } from './outcome.js';

/** All steps of a run, one row each: how many groups taught, and what kept the others from it. */
export function explainedStepsLines(
  steps: readonly StepExplanation[],
  width: number,
): StyledLine[] {
  return [
    line(
      span(
        `${padStart('step', 5)}  ${padEnd('groups that taught', 20)}${padEnd('tokens', 16)}why not`,
        'dim',
      ),
    ),
    ...steps.map((step) => {
      const share = `${step.taught} of ${step.groups.length}`;
      const tokens = `${step.tokens.teaching}/${step.tokens.counted}`;
      const head = `${padStart(String(step.step), 5)}  ${padEnd(share, 20)}${padEnd(tokens, 16)}`;
      return line(
        span(head, step.taught === 0 ? 'bad' : 'plain'),
        span(cut(reasonCounts(step), width - head.length), 'dim'),
      );
    }),
  ];
}

/** One step: its notes, then its groups, those that taught nothing first. */
export function explainedStepLines(step: StepExplanation, width: number): StyledLine[] {
  const { groups, taught, tokens, notes } = step;
  const idle = groups.filter((group) => !group.taught);
  const others = groups.filter((group) => group.taught);
  return [
    line(
      span(`step ${step.step}`, 'title'),
      `  ${taught} of ${countOf(groups.length, 'group')} taught, by ${tokens.teaching} of ${countOf(tokens.counted, 'counted token')}`,
    ),
    ...notes.flatMap(({ sentence, remedy }) => [
      ...wrapText(sentence, width - 2).map((text) => line(span(`! ${text}`, 'warn'))),
      ...wrapText(remedy, width - 4).map((text) => line(span(`  ${text}`, 'dim'))),
    ]),
    line(''),
    ...[...idle, ...others].flatMap((group) => groupLines(group, width)),
  ];
}

function groupLines(group: GroupExplanation, width: number): StyledLine[] {
  const { rewards, taught, reasons } = group;
  const counts = Object.entries(group.outcomes)
    .sort(([, a], [, b]) => b - a)
    .map(([outcome, count]) => `${count} ${outcomeSign(outcome as Outcome)} ${outcome}`);
  const head = [
    span(taught ? '✓ ' : '× ', taught ? 'good' : 'bad'),
    span(`group ${group.group}`, 'title'),
    span(`  ${group.problemId}`),
    span(
      rewards === null
        ? '  no reward'
        : `  reward ${rewards.mean.toFixed(2)} ± ${rewards.std.toFixed(2)}`,
      'dim',
    ),
    ...counts.map((count, index) =>
      span(`${index === 0 ? '  ' : ' '}${count}${index < counts.length - 1 ? ',' : ''}`),
    ),
  ];
  return [...packLine(head, width, 4), ...reasons.flatMap((reason) => reasonLines(reason, width))];
}

function reasonLines({ kind, sentence, remedy, text }: Reason, width: number): StyledLine[] {
  const indented = (words: string, by: number, tone: 'plain' | 'dim' | 'accent'): StyledLine[] =>
    wrapText(words, width - by).map((row) => line(' '.repeat(by), span(row, tone)));
  return [
    ...indented(`${kind}: ${sentence}`, 4, 'plain'),
    ...indented(remedy, 6, 'dim'),
    ...(text === undefined
      ? []
      : text
          .split('\n')
          .slice(0, 4)
          .flatMap((row) => indented(row, 6, 'accent').slice(0, 2))),
  ];
}

function reasonCounts({ groups }: StepExplanation): string {
  const counts = new Map<string, number>();
  for (const { taught, reasons } of groups)
    if (!taught && reasons.length > 0)
      counts.set(reasons[0].kind, (counts.get(reasons[0].kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${count} ${kind}`).join(', ');
}

function cut(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`;
}
