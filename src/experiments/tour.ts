import type { Config } from './config/index.js';
import { grpoMethod } from './methods/grpo.js';
import type { RunOptions, RunResult } from './run/active-run.js';
import { runTraining } from './run/run.js';
import { evaluateStage } from './stages/evaluate.js';
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
  return runTraining(
    {
      kind: 'tour',
      stages: ['load', 'evaluate_before', 'group', 'train', 'evaluate_after', 'report'],
      prepare: (active) => Promise.resolve(grpoMethod(active)),
      async body(active, method) {
        const before = await evaluateStage(active, 'before');
        if (active.step === 0) await groupStage(active);
        await trainStage(active, method);
        const after = await evaluateStage(active, 'after');
        return reportStage(active, { before, after });
      },
    },
    config,
    options,
  );
}
