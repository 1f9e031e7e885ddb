import { inputError } from '../errors.js';
import type { Problem, RewardResult, Rollout } from '../records.js';

/**
 * Facts in, scores out: a batch of judged rollouts gives one score each, in the same order. It
 * reads the recorded verdict and columns and runs nothing, so a changed reward is a re-scoring.
 */
export interface RewardFunction {
  /** Unique among the rewards of a run; the metric is `rewards/<name>/mean`. */
  name: string;
  /** Its share in the sum; 0 records without training on it. @default 1 */
  weight?: number;
  /**
   * Its scores depend on the other rollouts of the batch, so nothing is scored before all are judged.
   * @default false
   */
  wholeBatch?: boolean;
  /** It reads problems (`context.problem`), such as their references. @default false */
  needsProblems?: boolean;
  score(
    rollouts: readonly Rollout[],
    context: RewardContext,
  ): readonly RewardScore[] | Promise<readonly RewardScore[]>;
}

/** What a reward function says of one rollout: a score (`null`: unscorable), with spans and log fields or without. */
export type RewardScore =
  number | null | (Pick<RewardResult, 'score'> & Partial<Pick<RewardResult, 'spans' | 'log'>>);

/** What every built-in reward takes beside its own options. */
export interface RewardBase {
  /** What it is recorded under. @default the name of the built-in */
  readonly name?: string;
  /** @default 1 */
  readonly weight?: number;
}

/** What scoring knows beside the rollouts. */
export interface RewardContext {
  /** The problem that the rollout answers; an error where whoever scores does not have it. */
  problem(rollout: Pick<Rollout, 'id' | 'problemId'>): Problem;
}

/**
 * A reward that scores each rollout by itself, so a rollout's score is the same alone and in a batch.
 * @param scoreOf gets the rollout, the name of the reward for messages, and the context
 */
export function rewardOfEach(
  defaultName: string,
  { name = defaultName, weight = 1 }: RewardBase,
  scoreOf: (rollout: Rollout, name: string, context: RewardContext) => RewardScore,
): RewardFunction {
  return {
    name,
    weight,
    score: (rollouts, context) => rollouts.map((rollout) => scoreOf(rollout, name, context)),
  };
}

/** The context in which these problems are known. */
export function rewardContext(problems: Iterable<Problem> = []): RewardContext {
  const byId = new Map<string, Problem>();
  for (const problem of problems) byId.set(problem.id, problem);
  return {
    problem({ id, problemId }) {
      const found = byId.get(problemId);
      if (found) return found;
      throw inputError(
        `scoreRollouts: expected the problem ${problemId} of the rollout ${id}, because a reward reads it, but it is not among the ${byId.size} problems given. Pass the problems that the rollouts were sampled from.`,
      );
    },
  };
}
