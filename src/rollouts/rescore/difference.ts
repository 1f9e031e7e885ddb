import { inputError } from '../../errors.js';
import type { Advantages, Rollout } from '../../records.js';
import { groupNumbers } from '../groups.js';
import { groupChanges, rewardChanges, signs, summary, verdictChanges } from './changes.js';
import { changedMost } from './examples.js';
import { rankCorrelation } from './rank-correlation.js';
import type { ScoreDifference, ScorePoint, SignChanges } from './record.js';

export interface DifferenceOptions {
  /** @default 10 */
  readonly examples?: number;
}

/**
 * Compares two scorings of the same rollouts, each with the advantages that follow from it
 * (`assignAdvantages`): which verdicts, which signs of advantages, which groups changed.
 * @throws if the lists do not hold the same rollouts in the same order, or one has no advantages
 */
export function scoreDifference(
  before: readonly Rollout[],
  after: readonly Rollout[],
  options: DifferenceOptions = {},
): ScoreDifference {
  checkSameRollouts(before, after);
  const groups = groupNumbers(after);
  const [old, now] = [before, after].map((rollouts) => rollouts.map(advantagesOf));
  const points = after.map((rollout, index): ScorePoint => {
    const { id, step, verdict } = rollout;
    return {
      ...{ id, step, outcome: verdict?.outcome ?? null },
      rewardBefore: before[index].reward ?? null,
      rewardAfter: rollout.reward ?? null,
      advantageBefore: old[index].sequence,
      advantageAfter: now[index].sequence,
    };
  });
  const members = membersOf(groups);
  const tokenSigns = before.map((_, i) => signs(old[i].tokens, now[i].tokens));
  const column = (name: 'rewardBefore' | 'rewardAfter'): (number | null)[] =>
    points.map((point) => point[name]);
  return {
    rollouts: after.length,
    groups: members.length,
    before: summary(column('rewardBefore'), members),
    after: summary(column('rewardAfter'), members),
    rewards: rewardChanges(points),
    verdicts: verdictChanges(before, after),
    advantages: signs(
      old.map(({ sequence }) => sequence),
      now.map(({ sequence }) => sequence),
    ),
    tokens: {
      flipped: total(tokenSigns, 'flipped'),
      lost: total(tokenSigns, 'lost'),
      gained: total(tokenSigns, 'gained'),
      total: now.reduce((sum, { tokens }) => sum + tokens.length, 0),
    },
    groupsChanged: groupChanges(after, points, members),
    rankCorrelation: rankCorrelations(points, members),
    examples: changedMost(before, after, points).slice(0, options.examples ?? 10),
    points,
  };
}

function checkSameRollouts(before: readonly Rollout[], after: readonly Rollout[]): void {
  const other = after.findIndex(({ id }, index) => before[index]?.id !== id);
  if (before.length !== after.length || other >= 0) {
    const came =
      other >= 0
        ? `${after[other].id} where ${before[other]?.id ?? 'nothing'} was`
        : `${before.length} and ${after.length} rollouts`;
    throw inputError(
      `scoreDifference: expected two scorings of the same rollouts in the same order, got ${came}. Compare a log with its own re-scoring.`,
    );
  }
}

function advantagesOf({ id, reward, advantages }: Rollout): Advantages {
  if (reward !== undefined && advantages) return advantages;
  throw inputError(
    `scoreDifference: expected scored rollouts with advantages on both sides, got ${id} without. Score them (rescoreRollouts), then assignAdvantages.`,
  );
}

function membersOf(groups: readonly number[]): number[][] {
  const members: number[][] = [];
  groups.forEach((group, index) => (members[group] ??= []).push(index));
  return members;
}

function total(rows: readonly SignChanges[], name: keyof SignChanges): number {
  return rows.reduce((sum, row) => sum + row[name], 0);
}

function rankCorrelations(
  points: readonly ScorePoint[],
  members: readonly number[][],
): ScoreDifference['rankCorrelation'] {
  const correlationOf = (indices: readonly number[]): number | null => {
    const both = indices.filter(
      (index) => points[index].rewardBefore !== null && points[index].rewardAfter !== null,
    );
    return rankCorrelation(
      both.map((index) => points[index].rewardBefore!),
      both.map((index) => points[index].rewardAfter!),
    );
  };
  const within = members.map(correlationOf).filter((value) => value !== null);
  return {
    overall: correlationOf(points.map((_, index) => index)),
    withinGroups:
      within.length === 0 ? null : within.reduce((sum, value) => sum + value, 0) / within.length,
  };
}
