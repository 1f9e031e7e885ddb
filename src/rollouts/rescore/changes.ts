import type { Outcome, Rollout } from '../../records.js';
import type { ScoreDifference, ScorePoint, ScoreSummary, SignChanges } from './record.js';

/** How often a sign is another one: to the opposite, to 0, from 0. */
export function signs(before: readonly number[], after: readonly number[]): SignChanges {
  const counts = { flipped: 0, lost: 0, gained: 0 };
  before.forEach((value, index) => {
    const [from, to] = [Math.sign(value), Math.sign(after[index])];
    if (from === to) return;
    if (from === 0) counts.gained++;
    else if (to === 0) counts.lost++;
    else counts.flipped++;
  });
  return counts;
}

export function summary(
  rewards: readonly (number | null)[],
  members: readonly number[][],
): ScoreSummary {
  const scored = rewards.filter((reward) => reward !== null);
  return {
    meanReward:
      scored.length === 0 ? null : scored.reduce((sum, value) => sum + value, 0) / scored.length,
    unscorable: rewards.length - scored.length,
    groupsWithoutVariance: members.filter((indices) => !varies(rewards, indices)).length,
  };
}

/** Whether the scorable rewards of a group differ: without that it teaches nothing. */
function varies(rewards: readonly (number | null)[], indices: readonly number[]): boolean {
  return new Set(indices.map((index) => rewards[index]).filter((r) => r !== null)).size > 1;
}

export function rewardChanges(points: readonly ScorePoint[]): ScoreDifference['rewards'] {
  const changes = { raised: 0, lowered: 0, lostScore: 0, gainedScore: 0 };
  for (const { rewardBefore, rewardAfter } of points) {
    if (rewardBefore === rewardAfter) continue;
    if (rewardBefore === null) changes.gainedScore++;
    else if (rewardAfter === null) changes.lostScore++;
    else if (rewardAfter > rewardBefore) changes.raised++;
    else changes.lowered++;
  }
  return changes;
}

export function verdictChanges(
  before: readonly Rollout[],
  after: readonly Rollout[],
): ScoreDifference['verdicts'] {
  const moves = new Map<string, { from: Outcome; to: Outcome; count: number }>();
  let flipped = 0;
  after.forEach(({ verdict }, index) => {
    const from = before[index].verdict?.outcome;
    const to = verdict?.outcome;
    if (from === undefined || to === undefined || from === to) return;
    flipped++;
    const move = moves.get(`${from} ${to}`) ?? { from, to, count: 0 };
    moves.set(`${from} ${to}`, { ...move, count: move.count + 1 });
  });
  return { flipped, moves: [...moves.values()].sort((a, b) => b.count - a.count) };
}

export function groupChanges(
  rollouts: readonly Rollout[],
  points: readonly ScorePoint[],
  members: readonly number[][],
): ScoreDifference['groupsChanged'] {
  const [before, after] = (['rewardBefore', 'rewardAfter'] as const).map((name) =>
    points.map((point) => point[name]),
  );
  const changed: ScoreDifference['groupsChanged'] = { gainedVariance: [], lostVariance: [] };
  for (const indices of members) {
    const [had, has] = [varies(before, indices), varies(after, indices)];
    if (had === has) continue;
    const { run, step, group, problemId } = rollouts[indices[0]];
    changed[has ? 'gainedVariance' : 'lostVariance'].push({ run, step, group, problemId });
  }
  return changed;
}
