import type { RewardResult, Rollout } from '../records.js';

/**
 * Facts in, scores out: a batch of judged rollouts gives one result each, in the same order. It
 * reads the recorded verdict and columns and runs nothing, so a changed reward is a re-scoring.
 */
export interface RewardFunction {
  /** Unique among the rewards of a run; the metric is `rewards/<name>/mean`. */
  name: string;
  /** Its share in the sum; 0 records without training on it. */
  weight: number;
  /**
   * Its scores depend on the other rollouts of the batch, so nothing is scored before all are judged.
   * @default false
   */
  wholeBatch?: boolean;
  score(rollouts: readonly Rollout[]): RewardResult[] | Promise<RewardResult[]>;
}
