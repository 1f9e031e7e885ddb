/** The two runs of a study that train nothing: the baseline, and the candidates that arms share. */
import type { Config } from '../config/index.js';
import { candidates } from '../methods/data.js';
import { heldOutRates } from '../methods/held-out.js';
import { appendMetrics, readMetrics } from '../run/metrics-log.js';
import type { ActiveRun, RunOptions, RunResult } from '../run/active-run.js';
import { runTraining } from '../run/run.js';
import { evaluateStage } from '../stages/evaluate.js';

/** Measures the untrained policy as the arms are measured afterwards, and where their curves begin. */
export function runBase(config: Config, options: RunOptions): Promise<RunResult> {
  return runTraining(
    {
      kind: 'base',
      stages: ['load', 'evaluate_before'],
      prepare: nothing,
      async body(active) {
        await evaluateStage(active, 'before');
        const { metrics } = active.run.paths;
        if ((await readMetrics(metrics)).length === 0) {
          await appendMetrics(metrics, { step: 0, ...(await heldOutRates(active)) });
        }
        return outcome(active);
      },
    },
    config,
    options,
  );
}

/** Draws and judges the answers of the untrained policy that a seed's arms learn from. */
export function runCandidates(config: Config, options: RunOptions): Promise<RunResult> {
  return runTraining(
    {
      kind: 'candidates',
      stages: ['load', 'data'],
      prepare: nothing,
      async body(active) {
        await candidates(active);
        return outcome(active);
      },
    },
    config,
    options,
  );
}

function nothing(): Promise<{ maxSteps: number }> {
  return Promise.resolve({ maxSteps: 0 });
}

function outcome({ run }: ActiveRun): Pick<RunResult, 'table' | 'paths'> {
  return { table: [], paths: { folder: run.folder, metadata: run.paths.metadata, plots: [] } };
}
