import { evaluatePolicy } from '../../evaluation/index.js';
import type { StepMetrics } from '../../training/index.js';
import type { ActiveRun } from '../run/active-run.js';
import {
  evaluationSampling,
  heldOutSplit,
  requiredJudge,
  requiredTask,
} from '../workplace/index.js';

/**
 * The rates on `evaluation.eval_problems` held-out problems, as `eval_<rate>`. The decoding seed is the
 * same at every step, so that steps face the same luck.
 */
export async function heldOutRates(active: ActiveRun): Promise<StepMetrics> {
  const { place, clock, signal } = active;
  const { evaluation, task: options } = place.config;
  const task = requiredTask(place);
  const { rates, answers, meanCompletionTokens } = await evaluatePolicy({
    policy: place.policy,
    problems: task.problems({
      split: heldOutSplit(place),
      n: evaluation.eval_problems,
      seed: options.seed,
    }),
    settings: evaluationSampling(place),
    judge: requiredJudge(place),
    numSamples: evaluation.num_samples,
    seed: evaluation.seed,
    // The step's figure is a point on a curve; intervals are of the measurements before and after.
    intervals: { resamples: 1 },
    signal,
    onProgress: (part, done, total) =>
      clock.progress(
        `held-out completions ${part === 'sample' ? 'sampled' : 'judged'}`,
        done,
        total,
      ),
  });
  return {
    ...Object.fromEntries(
      Object.entries(rates).map(([name, { value }]) => [`eval_${name}`, value]),
    ),
    ...(answers
      ? {
          eval_strict_accuracy: answers.strict_accuracy.value,
          eval_lenient_accuracy: answers.lenient_accuracy.value,
        }
      : {}),
    eval_avg_new_tokens: meanCompletionTokens,
  };
}
