import { visibleText } from '../../plots/visible.js';
import type { Problem, Rollout } from '../../records.js';
import type { StyledLine, StyledSpan } from '../styled.js';
import { fitLine, line, padEnd, padStart, span, textWidth } from '../styled.js';
import { signed } from '../views/numbers.js';
import { outcomeSign, outcomeTone } from '../views/outcome.js';

/** A row for each: place in the list, id, what became of it, reward, advantage, length, how it begins. */
export function rolloutTable(
  rollouts: readonly Rollout[],
  options: { width: number; rows: number },
): StyledLine[] {
  const { width, rows } = options;
  const shown = rollouts.slice(0, rows);
  const ids = shown.map(({ id }) => visibleText(shortId(id)));
  const idWidth = Math.min(14, Math.max(2, ...ids.map(textWidth)));
  const place = String(shown.length).length;
  const head = [
    `${padStart('', place)}  ${padEnd('id', idWidth)}  ${padEnd('outcome', 15)}`,
    `${padStart('reward', 6)}  ${padStart('advantage', 9)}  ${padStart('tokens', 6)}  completion`,
  ].join('  ');
  return [
    fitLine(line(span(head, 'dim')), width),
    ...shown.map((rollout, index) =>
      fitLine(
        line(
          span(padStart(String(index), place), 'dim'),
          `  ${padEnd(ids[index], idWidth)}  `,
          outcomeCell(rollout),
          `  ${padStart(rewardText(rollout), 6)}  ${padStart(advantageText(rollout), 9)}`,
          `  ${padStart(String(rollout.completionIds.length), 6)}  `,
          span(firstText(rollout.completion), 'dim'),
        ),
        width,
      ),
    ),
  ];
}

/** A row for each problem: id, language, how the prompt begins. */
export function problemTable(
  problems: readonly Problem[],
  options: { width: number; rows: number },
): StyledLine[] {
  const { width, rows } = options;
  const shown = problems.slice(0, rows);
  const ids = shown.map(({ id }) => visibleText(id));
  const idWidth = Math.min(30, Math.max(2, ...ids.map(textWidth)));
  return [
    fitLine(line(span(`${padEnd('id', idWidth)}  ${padEnd('language', 8)}  prompt`, 'dim')), width),
    ...shown.map(({ language, prompt }, index) =>
      fitLine(
        line(
          `${padEnd(ids[index], idWidth)}  ${padEnd(language, 8)}  `,
          span(
            firstText(
              typeof prompt === 'string' ? prompt : (prompt[prompt.length - 1]?.content ?? ''),
            ),
            'dim',
          ),
        ),
        width,
      ),
    ),
  ];
}

function outcomeCell({ verdict }: Rollout): StyledSpan {
  if (verdict === undefined) return span(padEnd('unjudged', 15), 'dim');
  const { outcome } = verdict;
  return span(padEnd(`${outcomeSign(outcome)} ${outcome}`, 15), outcomeTone(outcome));
}

function rewardText({ reward }: Rollout): string {
  if (reward === undefined) return '—';
  return reward === null ? 'none' : reward.toFixed(2);
}

function advantageText({ advantages }: Rollout): string {
  return advantages === undefined ? '—' : signed(advantages.sequence);
}

/** `step/group/sample`. */
function shortId(id: string): string {
  return id.split('/').slice(-3).join('/');
}

/** On one line, with nothing that steers a terminal. */
function firstText(text: string): string {
  return visibleText(text.trim().slice(0, 400)).replaceAll('\n', '⏎').replaceAll('\t', ' ');
}
