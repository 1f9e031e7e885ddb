import type { Config, Method } from './config/index.js';
import { grpoMethod } from './methods/grpo.js';
import { ktoMethod } from './methods/kto.js';
import { ppoMethod } from './methods/ppo.js';
import { cpoMethod, dpoMethod, orpoMethod } from './methods/preference.js';
import { sftMethod } from './methods/sft.js';
import type { StageName } from './run/events.js';
import type { ActiveRun, RunOptions, RunResult } from './run/active-run.js';
import { runTraining } from './run/run.js';
import { evaluateStage } from './stages/evaluate.js';
import { reportStage } from './stages/report.js';
import type { StepMethod } from './stages/train.js';
import { trainStage } from './stages/train.js';

/**
 * A training by one method: no measurement before, one after where `evaluation.after_training` asks for
 * it, no group shown, no report page. The signal stops it at any moment and leaves a run that `resume`
 * takes up; the same seed, machine and thread count give the same run to the bit, stopped or not.
 */
export function train(
  method: Method,
  config: Config,
  options: RunOptions = {},
): Promise<RunResult> {
  switch (method) {
    case 'grpo':
      return online(method, grpoMethod, config, options);
    case 'ppo':
      return online(method, ppoMethod, config, options);
    case 'sft':
      return offline(method, sftMethod, config, options);
    case 'dpo':
      return offline(method, dpoMethod, config, options);
    case 'kto':
      return offline(method, ktoMethod, config, options);
    case 'cpo':
      return offline(method, cpoMethod, config, options);
    case 'orpo':
      return offline(method, orpoMethod, config, options);
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
      stages: ['load', 'train', ...measured(config), 'report'],
      prepare: (active) => Promise.resolve(makeMethod(active)),
      body: trainAndSave,
    },
    config,
    options,
  );
}

/** The data are there before the first step. */
function offline<Batch>(
  kind: Method,
  prepare: (active: ActiveRun) => Promise<StepMethod<Batch>>,
  config: Config,
  options: RunOptions,
): Promise<RunResult> {
  return runTraining(
    {
      kind,
      stages: ['load', 'data', 'train', ...measured(config), 'report'],
      prepare,
      body: trainAndSave,
    },
    config,
    options,
  );
}

function measured({ evaluation }: Config): StageName[] {
  return evaluation.after_training ? ['evaluate_after'] : [];
}

async function trainAndSave<Batch>(
  active: ActiveRun,
  method: StepMethod<Batch>,
): Promise<Pick<RunResult, 'table' | 'paths'>> {
  await trainStage(active, method);
  if (active.place.config.evaluation.after_training) await evaluateStage(active, 'after');
  return reportStage(active, null);
}
