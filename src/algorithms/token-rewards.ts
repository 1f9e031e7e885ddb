import { inputError } from '../errors.js';
import { advantageBaselines, type AdvantageOptions } from './advantage-estimators.js';

/** What the reward functions say about one completion of T tokens. */
export interface TokenFeedback {
  /** Of the whole; `null`: unscorable. */
  readonly reward: number | null;
  /** [T] 1 where the policy sampled the token. */
  readonly mask: readonly number[];
  /** [T] how strongly located findings blame the token, at least 0. */
  readonly blame: readonly number[];
  /** What was earned at single places, each at the last token of its place; in any order. */
  readonly steps: readonly TokenStep[];
}

export interface TokenStep {
  /** 0 for the first completion token. */
  token: number;
  reward: number;
}

export interface StepWeights {
  /** What the steps are multiplied by. @default 1 */
  readonly lambda?: number;
  /**
   * The steps above 0 are parts of the score: each earns its reward at its place, untouched by lambda,
   * and the last token so much less. @default false: all come beside the score
   */
  readonly creditSpans?: boolean;
}

/** `process` of `tokenSchemeAdvantages`. */
export function processAdvantages(
  feedback: readonly TokenFeedback[],
  groups: readonly number[],
  weights: StepWeights,
  options: AdvantageOptions,
): { sequence: number[]; tokens: number[][] } {
  const { estimator = 'grpo' } = options;
  if (estimator !== 'grpo' && estimator !== 'verl_grpo') {
    throw inputError(
      `tokenSchemeAdvantages: expected the estimator grpo or verl_grpo with process, which compares with the mean of all steps of the group, got ${estimator}.`,
    );
  }
  const steps = feedback.flatMap((row, i) =>
    earnedAt(row, weights).map((step) => ({ ...step, completion: i, group: groups[i] })),
  );
  const baselines = advantageBaselines(
    steps.map(({ reward }) => reward),
    steps.map(({ group }) => group),
    options,
  );
  const sequence = feedback.map(() => 0);
  const tokens = feedback.map(({ mask }) => mask.map(() => 0));
  steps.forEach(({ completion, token, reward }, k) => {
    const baseline = baselines[k];
    if (!baseline) return;
    const advantage = (reward - baseline.centre) / baseline.scale;
    sequence[completion] += advantage;
    const { mask } = feedback[completion];
    for (let t = 0; t <= token; t++) if (mask[t]) tokens[completion][t] += advantage;
  });
  return { sequence, tokens };
}

/**
 * G_t = r_t + gamma * G_(t+1) over the counted tokens (others pass it on unchanged), and the return of
 * the whole; `null` for an unscorable completion. Without any token the whole is the score.
 */
export function returnsToGo(
  feedback: TokenFeedback,
  scheme: StepWeights & { readonly gamma?: number },
): { whole: number; tokens: number[] } | null {
  const { gamma = 1 } = scheme;
  const steps = earnedAt(feedback, scheme);
  if (steps.length === 0) return null;
  const { mask } = feedback;
  const tokens = mask.map(() => 0);
  let whole = sumAt(steps, -1);
  let isLast = true;
  for (let t = mask.length - 1; t >= 0; t--) {
    if (!mask[t]) continue;
    const reward = sumAt(steps, t);
    whole = isLast ? reward : reward + gamma * whole;
    isLast = false;
    tokens[t] = whole;
  }
  return { whole, tokens };
}

/** The rewards of a scorable completion by the token that earns them, the score at the last one (-1: none). */
function earnedAt(
  { reward, mask, steps }: TokenFeedback,
  { lambda = 1, creditSpans = false }: StepWeights,
): TokenStep[] {
  if (reward === null) return [];
  const counted = steps.filter(({ token }) => mask[token] === 1);
  const isCredit = (step: TokenStep): boolean => creditSpans && step.reward > 0;
  const credited = counted.filter(isCredit).reduce((sum, step) => sum + step.reward, 0);
  return [
    ...counted.map((step) => ({
      token: step.token,
      reward: isCredit(step) ? step.reward : lambda * step.reward,
    })),
    { token: mask.lastIndexOf(1), reward: reward - credited },
  ];
}

function sumAt(steps: readonly TokenStep[], at: number): number {
  return steps.reduce((sum, { token, reward }) => (token === at ? sum + reward : sum), 0);
}
