import path from 'node:path';
import { inputError } from '../../errors.js';
import type { Rollout } from '../../records.js';
import { readRollouts } from '../../rollouts/index.js';
import { explainStep, type ExplainSettings, type StepExplanation } from '../../training/index.js';
import { readMetrics } from '../run/metrics-log.js';
import { runPaths } from '../run/run-paths.js';
import { readStatus } from '../run/run-status.js';
import { logFile, runConfig } from './recorded.js';

/**
 * Why the steps of a run taught something or nothing (`explainStep`), in order: of all, or of the one
 * asked for. The log is read once, a step at a time.
 */
export async function explainRun(
  place: string,
  options: { step?: number } = {},
): Promise<StepExplanation[]> {
  const file = logFile(place);
  const folder = path.dirname(file);
  const config = await runConfig(file);
  const status = await readStatus(folder);
  const metrics = new Map(
    (await readMetrics(runPaths(folder).metrics)).map((row) => [row.step, row]),
  );
  const settingsOf = (step: number): ExplainSettings => ({
    metrics: metrics.get(step),
    maskTruncatedCompletions: config.grpo.mask_truncated_completions,
    groupRelative: status?.kind !== 'ppo',
  });
  const explained: StepExplanation[] = [];
  const seen: number[] = [];
  for (const rollouts of stepsOf(file)) {
    const [{ step }] = rollouts;
    seen.push(step);
    if (options.step === undefined || options.step === step) {
      explained.push(explainStep(rollouts, settingsOf(step)));
    }
  }
  if (explained.length > 0) return explained;
  throw inputError(noSuchStep(file, options.step, seen));
}

/** The rollouts of each step; a log is in the order of its steps. */
function* stepsOf(file: string): Generator<Rollout[]> {
  let part: Rollout[] = [];
  for (const rollout of readRollouts(file)) {
    if (part.length > 0 && part[0].step !== rollout.step) {
      yield part;
      part = [];
    }
    part.push(rollout);
  }
  if (part.length > 0) yield part;
}

function noSuchStep(file: string, step: number | undefined, seen: readonly number[]): string {
  if (seen.length === 0) {
    return `${file}: expected recorded rollouts, got an empty log. Methods that learn from a data set (sft, dpo, kto) record none: rlsf explain is for grpo and ppo.`;
  }
  return `${file}: expected one of the steps ${seen[0]} to ${seen[seen.length - 1]}, got ${step}.`;
}
