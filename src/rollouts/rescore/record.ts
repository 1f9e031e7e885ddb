import type { Outcome } from '../../records.js';

/** What changes when recorded rollouts are scored (and judged) otherwise. */
export interface ScoreDifference {
  rollouts: number;
  groups: number;
  before: ScoreSummary;
  after: ScoreSummary;
  /** Rollouts whose reward is another one, by what became of it. */
  rewards: { raised: number; lowered: number; lostScore: number; gainedScore: number };
  /** Outcomes that are others, most frequent first; empty unless they were judged again. */
  verdicts: { flipped: number; moves: { from: Outcome; to: Outcome; count: number }[] };
  /** Of the advantages of whole completions. */
  advantages: SignChanges;
  /** The same of single tokens under the scheme, of all tokens that were sampled. */
  tokens: SignChanges & { total: number };
  /** Groups that taught nothing (all rewards equal) and now do, and the reverse. */
  groupsChanged: { gainedVariance: GroupName[]; lostVariance: GroupName[] };
  /** Spearman's, over all rollouts scored by both, and the mean over the groups where both vary. */
  rankCorrelation: { overall: number | null; withinGroups: number | null };
  /** The rollouts that changed most. */
  examples: ChangedRollout[];
  /** One per rollout, in order: for figures. */
  points: ScorePoint[];
}

/** Signs of advantages that are others: to the opposite, to 0, from 0. */
export interface SignChanges {
  flipped: number;
  lost: number;
  gained: number;
}

export interface ScoreSummary {
  /** Of the rollouts that have one. */
  meanReward: number | null;
  unscorable: number;
  groupsWithoutVariance: number;
}

export interface GroupName {
  run: string;
  step: number;
  group: number;
  problemId: string;
}

export interface ScorePoint {
  id: string;
  step: number;
  outcome: Outcome | null;
  rewardBefore: number | null;
  rewardAfter: number | null;
  advantageBefore: number;
  advantageAfter: number;
}

export interface ChangedRollout extends ScorePoint {
  problemId: string;
  outcomeBefore: Outcome | null;
  change: 'verdict' | 'sign' | 'reward';
}
