import type { Config } from './config/index.js';
import { evaluateStage } from './stages/evaluate.js';
import type { RunOptions, RunResult } from './run/run.js';
import { withGrpoRun } from './run/run.js';
import { groupStage } from './stages/group.js';
import { reportStage } from './stages/report.js';
import { trainStage } from './stages/train.js';

/**
 * The main job: measure the policy on held-out problems, show one group, train it by GRPO on what
 * the toolchain says, measure again with the same decoding seeds, report. The signal stops it at
 * any moment and leaves a run that `resume` takes up; the same seed, machine and thread count give
 * the same run to the bit, stopped or not.
 */
export function runTour(config: Config, options: RunOptions = {}): Promise<RunResult> {
  const stages = ['load', 'evaluate_before', 'group', 'train', 'evaluate_after', 'report'] as const;
  return withGrpoRun('tour', stages, config, options, async (active) => {
    const before = await evaluateStage(active, 'before');
    if (active.step === 0) await groupStage(active);
    await trainStage(active);
    const after = await evaluateStage(active, 'after');
    return reportStage(active, { before, after });
  });
}

/** The training of the tour alone: no evaluation, no group shown, no report. */
export function trainGrpo(config: Config, options: RunOptions = {}): Promise<RunResult> {
  return withGrpoRun('grpo', ['load', 'train', 'report'], config, options, async (active) => {
    await trainStage(active);
    return reportStage(active, null);
  });
}
