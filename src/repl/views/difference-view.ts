import type { ChangedRollout, ScoreDifference } from '../../rollouts/index.js';
import { line, padEnd, padStart, span } from '../styled.js';
import type { StyledLine } from '../styled.js';
import { countOf, signed } from './numbers.js';
import { outcomeSign, outcomeTone } from './outcome.js';

/** Examples shown in a terminal; the rest is in the JSON. */
const shownExamples = 8;

/** A re-scoring and what it changed, as a page of lines. */
export function differenceLines(difference: ScoreDifference, width: number): StyledLine[] {
  const { before, after, rewards, verdicts, advantages, tokens, rankCorrelation } = difference;
  const { gainedVariance, lostVariance } = difference.groupsChanged;
  const row = (label: string, ...parts: string[]): StyledLine =>
    line(padEnd(label, 26), ...parts.filter((part) => part !== '').join(', '));
  return [
    line(
      span(
        `${countOf(difference.rollouts, 'rollout')} in ${countOf(difference.groups, 'group')}`,
        'title',
      ),
    ),
    line(span(`${padEnd('', 26)}${padStart('before', 10)}${padStart('after', 10)}`, 'dim')),
    sides('mean reward', fixed(before.meanReward), fixed(after.meanReward)),
    sides('unscorable', String(before.unscorable), String(after.unscorable)),
    sides(
      'groups without variance',
      String(before.groupsWithoutVariance),
      String(after.groupsWithoutVariance),
    ),
    line(''),
    row(
      'rewards changed',
      ...counted(
        [rewards.raised, 'raised'],
        [rewards.lowered, 'lowered'],
        [rewards.lostScore, 'lost their score'],
        [rewards.gainedScore, 'gained one'],
      ),
    ),
    row(
      'advantages, other sign',
      ...counted(
        [advantages.flipped, 'flipped'],
        [advantages.lost, 'to 0'],
        [advantages.gained, 'from 0'],
      ),
    ),
    row(
      `  of ${countOf(tokens.total, 'token')}`,
      ...counted([tokens.flipped, 'flipped'], [tokens.lost, 'to 0'], [tokens.gained, 'from 0']),
    ),
    row(
      'groups that teach',
      ...counted([gainedVariance.length, 'more'], [lostVariance.length, 'less']),
    ),
    row('verdicts flipped', verdicts.flipped === 0 ? 'none' : String(verdicts.flipped)),
    ...verdicts.moves.map(({ from, to, count }) =>
      line(
        padStart(String(count), 8),
        '  ',
        span(from, outcomeTone(from)),
        ' → ',
        span(to, outcomeTone(to)),
      ),
    ),
    row(
      'rank correlation',
      `${correlation(rankCorrelation.overall)} over all`,
      `${correlation(rankCorrelation.withinGroups)} within groups`,
    ),
    ...exampleLines(difference.examples.slice(0, shownExamples), width),
  ];
}

function sides(label: string, before: string, after: string): StyledLine {
  return line(padEnd(label, 26), padStart(before, 10), padStart(after, 10));
}

function fixed(value: number | null): string {
  return value === null ? 'none' : value.toFixed(3);
}

/** Where all rewards of a side are equal, there is no rank. */
function correlation(value: number | null): string {
  return value === null ? 'undefined' : value.toFixed(3);
}

function counted(...entries: [count: number, what: string][]): string[] {
  const there = entries.filter(([count]) => count > 0);
  return there.length === 0 ? ['none'] : there.map(([count, what]) => `${count} ${what}`);
}

function exampleLines(examples: readonly ChangedRollout[], width: number): StyledLine[] {
  if (examples.length === 0) return [line(''), line(span('No reward is another one.', 'dim'))];
  const room = Math.max(12, width - 58);
  return [
    line(''),
    line(
      span(`${padEnd('changed most', room)}  ${padEnd('outcome', 26)}`, 'dim'),
      span(`${padStart('reward', 14)}${padStart('advantage', 16)}`, 'dim'),
    ),
    ...examples.map((example) => {
      const { outcome, outcomeBefore } = example;
      return line(
        padEnd(cut(shortId(example.id), room), room),
        '  ',
        outcome === null
          ? padEnd('', 26)
          : span(
              padEnd(
                outcomeBefore === outcome || outcomeBefore === null
                  ? `${outcomeSign(outcome)} ${outcome}`
                  : `${outcomeBefore}→${outcome}`,
                26,
              ),
              outcomeTone(outcome),
            ),
        padStart(`${two(example.rewardBefore)} → ${two(example.rewardAfter)}`, 14),
        padStart(
          `${advantage(example.advantageBefore)} → ${advantage(example.advantageAfter)}`,
          16,
        ),
      );
    }),
  ];
}

/** `step/group/sample`. */
function shortId(id: string): string {
  return id.split('/').slice(-3).join('/');
}

function cut(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, columns - 1)}…`;
}

function advantage(value: number): string {
  return value === 0 ? '0' : signed(value);
}

function two(value: number | null): string {
  return value === null ? 'none' : value.toFixed(2);
}
