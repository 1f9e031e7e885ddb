import { visibleText } from '../../plots/visible.js';
import type { Problem, Rollout } from '../../records.js';
import { reachedTokens } from '../../rollouts/reached.js';
import type { DiffSide, RolloutsDiff } from '../../session/commands/rollouts.js';
import { problemTitle } from '../../session/commands/problem-title.js';
import type { ListedProblems } from '../../session/commands/problems.js';
import type { StyledLine } from '../styled.js';
import { fitLine, line, padEnd, padStart, span, textWidth } from '../styled.js';
import { groupView } from '../views/group-view.js';
import { countOf, signed } from '../views/numbers.js';
import { outcomeSign, outcomeTone } from '../views/outcome.js';

/** One group with its prompt and some sources, several as a table of positions. */
export function rolloutsLines(rollouts: readonly Rollout[], width: number): StyledLine[] {
  const problems = new Set(rollouts.map(({ problemId }) => problemId));
  if (problems.size !== 1) return [...rolloutRows(rollouts, width), ...sumLines(rollouts)];
  const [{ prompt, problemId }] = rollouts;
  const members = rollouts.map((rollout) => ({ rollout, findings: reachedTokens(rollout) }));
  const judged = rollouts.some(({ verdict }) => verdict !== undefined);
  return [
    line(span(visibleText(problemId), 'title')),
    ...groupView(prompt, members, { width, sources: judged ? 2 : 1 }),
    line(''),
    ...sumLines(rollouts),
  ];
}

/** A row for each: the position that `inspect` takes, what became of it, reward, advantage. */
export function rolloutRows(rollouts: readonly Rollout[], width: number): StyledLine[] {
  const ids = rollouts.map(({ problemId }) => visibleText(problemId));
  const idWidth = Math.min(30, Math.max(7, ...ids.map(textWidth)));
  const place = Math.max(2, String(rollouts.length).length);
  const head = `${padStart('n', place)}  ${padEnd('problem', idWidth)}  ${padEnd('outcome', 16)}${padStart('reward', 6)}  ${padStart('advantage', 9)}  ${padStart('tokens', 6)}`;
  return [
    line(span(head, 'dim')),
    ...rollouts.map(({ verdict, reward, advantages, completionIds }, index) =>
      fitLine(
        line(
          span(padStart(String(index + 1), place), 'dim'),
          `  ${padEnd(ids[index], idWidth)}  `,
          verdict
            ? span(
                padEnd(`${outcomeSign(verdict.outcome)} ${verdict.outcome}`, 16),
                outcomeTone(verdict.outcome),
              )
            : span(padEnd('not judged', 16), 'dim'),
          padStart(typeof reward === 'number' ? reward.toFixed(2) : '—', 6),
          `  ${padStart(advantages ? signed(advantages.sequence) : '—', 9)}`,
          `  ${padStart(String(completionIds.length), 6)}`,
        ),
        width,
      ),
    ),
  ];
}

function sumLines(rollouts: readonly Rollout[]): StyledLine[] {
  const judged = rollouts.filter(({ verdict }) => verdict !== undefined);
  const clean = judged.filter(({ verdict }) => verdict?.outcome === 'clean').length;
  const rewards = rollouts.flatMap(({ reward }) => (typeof reward === 'number' ? [reward] : []));
  const mean = rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length;
  const parts = [
    countOf(rollouts.length, 'completion'),
    ...(judged.length > 0 ? [`${clean} of ${judged.length} clean`] : ['not judged yet']),
    ...(rewards.length > 0 ? [`mean reward ${mean.toFixed(3)}`] : []),
  ];
  return [line(span(parts.join(', '), 'dim'))];
}

export function pickedLines(problems: readonly Problem[], width: number): StyledLine[] {
  const ids = Math.min(30, Math.max(0, ...problems.map(({ id }) => textWidth(visibleText(id)))));
  return problems.map(({ id, prompt }) =>
    fitLine(
      line(padEnd(visibleText(id), ids), span(`  ${visibleText(problemTitle(prompt))}`, 'dim')),
      width,
    ),
  );
}

export function problemsLines(listed: ListedProblems, width: number): StyledLine[] {
  const { task, split, total, problems } = listed;
  const left = total - problems.length;
  return [
    line(span(task, 'title'), span(`  ${split}, ${countOf(total, 'problem')}`, 'dim')),
    ...pickedLines(problems, width),
    ...(left > 0 ? [line(span(`… ${left} more: problems --n ${total}`, 'dim'))] : []),
  ];
}

/** The lines of two completions: `-` only in the first, `+` only in the second. */
export function diffLines({ first, second, lines }: RolloutsDiff, width: number): StyledLine[] {
  const signs = { same: ' ', removed: '-', added: '+' } as const;
  const tones = { same: 'plain', removed: 'bad', added: 'good' } as const;
  return [
    sideLine('-', first),
    sideLine('+', second),
    line(''),
    ...lines.map(({ kind, text, first: at, second: other }) => {
      const numbers = `${padStart(String(at ?? ''), 4)} ${padStart(String(other ?? ''), 4)} `;
      const shown = visibleText(text).replaceAll('\t', '  ');
      return fitLine(
        line(span(numbers, 'dim'), span(`${signs[kind]} ${shown}`, tones[kind])),
        width,
      );
    }),
  ];
}

function sideLine(sign: string, { position, problemId, outcome, reward }: DiffSide): StyledLine {
  return line(
    span(`${sign} ${position}`, sign === '-' ? 'bad' : 'good'),
    `  ${visibleText(problemId)}  ${outcome ?? 'not judged'}`,
    span(reward === null ? '' : `  reward ${reward.toFixed(2)}`, 'dim'),
  );
}
