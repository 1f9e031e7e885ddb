import { describe, expect, it } from 'vitest';
import type { Outcome, Rollout } from '../../../src/records.js';
import { rescoreRollouts, scoreDifference } from '../../../src/rollouts/index.js';
import type { RewardFunction } from '../../../src/rewards/index.js';
import { assignAdvantages } from '../../../src/training/index.js';
import { exampleRollout, exampleVerdict } from '../example-rollout.js';

/** A group of judged rollouts. */
function group(number: number, outcomes: Outcome[], step = 1): Rollout[] {
  return outcomes.map((outcome, sample) =>
    exampleRollout({ step, group: number, sample, verdict: exampleVerdict(outcome) }),
  );
}

function byOutcome(name: string, scores: Partial<Record<Outcome, number | null>>): RewardFunction {
  return {
    name,
    score: (rollouts) => rollouts.map(({ verdict }) => scores[verdict!.outcome] ?? null),
  };
}

const tiers = byOutcome('tiers', { clean: 1, warning: 0.5, wrong_answer: 0.3, compile_error: 0 });
const binary = byOutcome('binary', { clean: 1, warning: 0, wrong_answer: 0, compile_error: 0 });

async function compared(
  rollouts: Rollout[],
  before: RewardFunction,
  after: RewardFunction,
): Promise<ReturnType<typeof scoreDifference>> {
  const score = async (reward: RewardFunction): Promise<Rollout[]> =>
    assignAdvantages(await rescoreRollouts(rollouts, [reward]));
  return scoreDifference(await score(before), await score(after));
}

describe('scoreDifference', () => {
  it('tells flipped signs, groups that stopped teaching, and what was raised or lowered', async () => {
    const rollouts = [
      // tiers: 1, .5, 0 (mean .5); binary: 1, 0, 0.
      ...group(0, ['clean', 'warning', 'compile_error']),
      // tiers: .3, 0; binary: equal.
      ...group(1, ['wrong_answer', 'compile_error']),
    ];
    const difference = await compared(rollouts, tiers, binary);
    expect(difference.rollouts).toBe(5);
    expect(difference.groups).toBe(2);
    expect(difference.rewards).toEqual({ raised: 0, lowered: 2, lostScore: 0, gainedScore: 0 });
    // The warning had the mean: 0 to below; both of the second group to 0.
    expect(difference.advantages).toEqual({ flipped: 0, lost: 2, gained: 1 });
    expect(difference.tokens).toEqual({ flipped: 0, lost: 6, gained: 3, total: 15 });
    expect(difference.groupsChanged).toEqual({
      gainedVariance: [],
      lostVariance: [{ run: 'run', step: 1, group: 1, problemId: 'problem-1' }],
    });
    expect(difference.before.groupsWithoutVariance).toBe(0);
    expect(difference.after.groupsWithoutVariance).toBe(1);
    expect(difference.after.meanReward).toBeCloseTo(0.2, 12);
    expect(difference.verdicts.flipped).toBe(0);
  });

  it('counts an advantage that turns round', async () => {
    const upside = byOutcome('upside', { clean: 0, compile_error: 1 });
    const difference = await compared(group(0, ['clean', 'compile_error']), tiers, upside);
    expect(difference.advantages).toEqual({ flipped: 2, lost: 0, gained: 0 });
    expect(difference.rankCorrelation).toEqual({ overall: -1, withinGroups: -1 });
    expect(difference.examples.map(({ change }) => change)).toEqual(['sign', 'sign']);
  });

  it('counts what lost or gained a score, and leaves it out of means and correlations', async () => {
    const silent = byOutcome('silent', { clean: 1, warning: 0.5, compile_error: 0 });
    const rollouts = group(0, ['clean', 'wrong_answer', 'compile_error', 'warning']);
    const difference = await compared(rollouts, tiers, silent);
    expect(difference.rewards.lostScore).toBe(1);
    expect(difference.after.unscorable).toBe(1);
    expect(difference.after.meanReward).toBeCloseTo(0.5, 12);
    expect(difference.rankCorrelation.overall).toBeCloseTo(1, 12);
    const back = await compared(rollouts, silent, tiers);
    expect(back.rewards.gainedScore).toBe(1);
  });

  it('names verdicts that flipped, the most frequent move first, and shows them first', async () => {
    const before = assignAdvantages(
      await rescoreRollouts(group(0, ['clean', 'clean', 'clean', 'wrong_answer']), [tiers]),
    );
    const judgedAgain = before.map((rollout, index) => ({
      ...rollout,
      verdict: exampleVerdict(index < 2 ? 'warning' : index === 2 ? 'timeout' : 'wrong_answer'),
    }));
    const after = assignAdvantages(await rescoreRollouts(judgedAgain, [tiers]));
    const { verdicts, examples } = scoreDifference(before, after);
    expect(verdicts).toEqual({
      flipped: 3,
      moves: [
        { from: 'clean', to: 'warning', count: 2 },
        { from: 'clean', to: 'timeout', count: 1 },
      ],
    });
    expect(examples[0]).toMatchObject({ change: 'verdict', outcomeBefore: 'clean' });
  });

  it('refuses lists of other rollouts, and rollouts without advantages', async () => {
    const scored = assignAdvantages(await rescoreRollouts(group(0, ['clean', 'warning']), [tiers]));
    expect(() => scoreDifference(scored, scored.slice(1))).toThrow(
      /same rollouts in the same order/,
    );
    expect(() => scoreDifference(scored, [...scored].reverse())).toThrow(/run\/1\/0\/1 where/);
    const without = scored.map(({ advantages: _none, ...rollout }) => rollout);
    expect(() => scoreDifference(scored, without)).toThrow(/advantages on both sides/);
  });
});

describe('rescoreRollouts', () => {
  it('scores step by step, in the order given, and drops advantages of the old rewards', async () => {
    const batches: number[] = [];
    const relative: RewardFunction = {
      name: 'relative',
      wholeBatch: true,
      score(rollouts) {
        batches.push(rollouts.length);
        return rollouts.map((_, index) => index);
      },
    };
    const [a, b] = group(0, ['clean', 'clean'], 1);
    const [c] = group(0, ['clean'], 2);
    const old = assignAdvantages(await rescoreRollouts([a, c, b], [tiers]));
    const rescored = await rescoreRollouts(old, [relative]);
    expect(batches).toEqual([2, 1]);
    expect(rescored.map(({ id, reward }) => [id, reward])).toEqual([
      [a.id, 0],
      [c.id, 0],
      [b.id, 1],
    ]);
    expect(rescored[0].advantages).toBeUndefined();
    expect(old[0].advantages).toBeDefined();
  });
});
