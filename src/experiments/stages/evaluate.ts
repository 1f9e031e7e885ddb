import { existsSync } from 'node:fs';
import type {
  EvaluateInput,
  EvaluationExample,
  Evaluations,
  IntervalOptions,
} from '../../evaluation/index.js';
import {
  evaluatePolicy,
  evaluationMetrics,
  readEvaluations,
  writeEvaluations,
} from '../../evaluation/index.js';
import type { Config } from '../config/index.js';
import type { ActiveRun } from '../run/active-run.js';
import { runPaths } from '../run/run-paths.js';
import { evaluationSampling, evaluationSplits, requiredJudge } from '../workplace/index.js';

export { readEvaluations, type Evaluations } from '../../evaluation/index.js';

/** What is measured, and where that is kept. */
export type Measured = Pick<ActiveRun, 'place' | 'clock' | 'emit' | 'signal'> &
  Partial<Pick<ActiveRun, 'tracker' | 'step'>> & {
    run: { paths: { evaluation(when: 'before' | 'after'): string; adapter?: string } };
  };

/**
 * Measures the policy on every held-out split, or reads the measurement back where this run has
 * made it already.
 */
export async function evaluateStage(
  active: Measured,
  when: 'before' | 'after',
): Promise<Evaluations> {
  const { place, run, clock, emit, signal } = active;
  const { evaluation } = place.config;
  const splits = evaluationSplits(place);
  const count = splits.reduce((sum, { problems }) => sum + problems.length, 0);
  clock.begin(
    `evaluate_${when}`,
    `Evaluating ${when} training: ${count} held-out problems, ${count * evaluation.num_samples} completions`,
  );
  const file = run.paths.evaluation(when);
  const stored = existsSync(file) ? await readEvaluations(file) : null;
  const evaluations: Evaluations = {};
  const examples: EvaluationExample[] = [];
  for (const { split, title, problems } of splits) {
    evaluations[split] =
      stored?.[split] ??
      (await evaluatePolicy({
        policy: place.policy,
        problems,
        settings: evaluationSampling(place),
        judge: requiredJudge(place),
        numSamples: evaluation.num_samples,
        seed: evaluation.seed,
        split,
        intervals: intervalOptions(place.config),
        about: aboutOf(active, when),
        onExample: (example) => examples.push(example),
        signal,
        onProgress: (part, done, total) =>
          clock.progress(
            `${title}: completions ${part === 'sample' ? 'sampled' : 'judged'}`,
            done,
            total,
          ),
      }));
    emit({
      type: 'evaluation',
      when,
      split,
      evaluation: evaluations[split],
      stored: stored !== null,
    });
  }
  if (!stored) writeEvaluations(file, evaluations, examples);
  if (when === 'after') await track(active, evaluations);
  return evaluations;
}

/** The final figures, at the last step: those of the first split as `eval_…`, others with their name. */
async function track({ tracker, step = 0 }: Measured, evaluations: Evaluations): Promise<void> {
  const metrics = Object.entries(evaluations).map(([split, evaluation], i) =>
    evaluationMetrics(evaluation, i === 0 ? 'eval_' : `eval_${split}_`),
  );
  await tracker?.log(step, Object.assign({}, ...metrics) as Record<string, number>);
}

function aboutOf({ place, run }: Measured, when: 'before' | 'after'): EvaluateInput['about'] {
  const { policy, task } = place.config;
  const { use_peft: isAdapter, adapter_name_or_path: first, model_name_or_path: base } = policy;
  const trained = when === 'after' && isAdapter ? run.paths.adapter : undefined;
  const adapter = trained ?? first;
  return {
    promptFormat: task.prompt_format,
    policy: base,
    adapters: adapter === null ? [] : [adapter],
  };
}

export function intervalOptions({ evaluation }: Config): IntervalOptions {
  return { resamples: evaluation.bootstrap_resamples, confidence: evaluation.confidence };
}

/** The measurement of a run, as stored in its folder. */
export function readRunEvaluations(folder: string, when: 'before' | 'after'): Promise<Evaluations> {
  return readEvaluations(runPaths(folder).evaluation(when));
}
