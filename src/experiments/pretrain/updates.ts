import type { Policy } from '../../policy/index.js';
import { nextTurn } from '../../tensor/index.js';
import type { Optimizer } from '../../training/index.js';
import { learningRateAt, saveCheckpoint, sftStep } from '../../training/index.js';
import type { Config } from '../config/index.js';
import type { StageClock } from '../run/clock.js';
import { createPartTimer, remainingMs } from '../run/clock.js';
import type { Emit } from '../run/events.js';
import { appendMetrics } from '../run/metrics-log.js';
import type { RunFolder } from '../run/run-folder.js';
import { tokensIn } from './prepare.js';
import type { PretrainData } from './prepare.js';

export interface PretrainUpdates {
  config: Config;
  run: RunFolder;
  policy: Policy;
  optimizer: Optimizer;
  batches: PretrainData['sequences'][];
  /** The last update already made. */
  from: number;
  emit: Emit;
  clock: StageClock;
  signal: AbortSignal;
}

/** The updates from the one after `from` on, with their metrics and checkpoints. */
export async function pretrainUpdates(loop: PretrainUpdates): Promise<void> {
  const { config, run, policy, optimizer, batches, from, emit, clock, signal } = loop;
  const { pretrain } = config;
  const maxSteps = batches.length;
  const started = Date.now();
  let timer = createPartTimer();
  let window: Record<string, number>[] = [];
  let tokensRead = 0;
  for (let step = from + 1; step <= maxSteps; step++) {
    timer.enter('update');
    const learningRate = learningRateAt(step, maxSteps, {
      learningRate: pretrain.learning_rate,
      lrSchedulerType: pretrain.lr_scheduler_type,
      warmupRatio: pretrain.warmup_ratio,
    });
    window.push(
      await sftStep(policy, optimizer, batches[step - 1], {
        learningRate,
        gradientCheckpointing: pretrain.gradient_checkpointing,
        signal,
      }),
    );
    tokensRead += tokensIn(batches[step - 1]);
    clock.progress('updates', step, maxSteps);

    timer.enter('save');
    if (step % pretrain.logging_steps === 0 || step === maxSteps) {
      const seconds = timer.totalMs() / 1000;
      const metrics = {
        step,
        ...meanOf(window),
        learning_rate: learningRate,
        num_tokens: window.reduce((sum, metrics) => sum + metrics.num_tokens, 0),
        step_time: seconds / window.length,
        // Prompts too: they are read, if not learned.
        tokens_per_second: tokensRead / seconds,
      };
      await appendMetrics(run.paths.metrics, metrics);
      const elapsedMs = Date.now() - started;
      const etaMs = remainingMs(elapsedMs, step - from, maxSteps - from);
      emit({ type: 'step', step, maxSteps, metrics, elapsedMs, etaMs, shares: timer.shares() });
      window = [];
      tokensRead = 0;
      timer = createPartTimer();
    }
    if (step % pretrain.save_steps === 0 || step === maxSteps) {
      const keep = config.run.save_total_limit;
      const folder = run.paths.checkpoints;
      await saveCheckpoint({ folder, step, policy, optimizer, ...(keep === null ? {} : { keep }) });
      await run.setStatus({ step });
    }
    await nextTurn();
    signal.throwIfAborted();
  }
}

function meanOf(rows: readonly Record<string, number>[]): Record<string, number> {
  return Object.fromEntries(
    Object.keys(rows[0] ?? {}).map((name) => [
      name,
      rows.reduce((sum, row) => sum + row[name], 0) / rows.length,
    ]),
  );
}
