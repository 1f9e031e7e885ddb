import type { Config } from './config/index.js';
import { grpoMethod } from './methods/grpo.js';
import { ppoMethod } from './methods/ppo.js';
import type { Method } from './run/run-folder.js';
import type { ActiveRun, RunOptions, RunResult } from './run/run.js';
import { runTraining } from './run/run.js';
import { reportStage } from './stages/report.js';
import type { StepMethod } from './stages/train.js';
import { trainStage } from './stages/train.js';

/**
 * A training by one method: no measurement before and after, no group shown, no report page. The
 * signal stops it at any moment and leaves a run that `resume` takes up; the same seed, machine and
 * thread count give the same run to the bit, stopped or not.
 */
export function train(
  method: 'grpo' | 'ppo',
  config: Config,
  options: RunOptions = {},
): Promise<RunResult> {
  switch (method) {
    case 'grpo':
      return online(method, grpoMethod, config, options);
    case 'ppo':
      return online(method, ppoMethod, config, options);
  }
}

/** Experience is sampled step by step. */
function online<Batch>(
  kind: Method,
  makeMethod: (active: ActiveRun) => StepMethod<Batch>,
  config: Config,
  options: RunOptions,
): Promise<RunResult> {
  return runTraining(
    {
      kind,
      stages: ['load', 'train', 'report'],
      prepare: (active) => Promise.resolve(makeMethod(active)),
      body: trainAndSave,
    },
    config,
    options,
  );
}

async function trainAndSave<Batch>(
  active: ActiveRun,
  method: StepMethod<Batch>,
): Promise<Pick<RunResult, 'table' | 'paths'>> {
  await trainStage(active, method);
  return reportStage(active, null);
}
