import { createRandom } from '../../algorithms/index.js';
import type { Rollout } from '../../records.js';
import { collectRollouts } from '../../rollouts/index.js';
import type { GrpoStepSettings } from '../../training/index.js';
import {
  assignAdvantages,
  grpoStep,
  learningRateAt,
  saveCheckpoint,
} from '../../training/index.js';
import { nextTurn } from '../../tensor/index.js';
import { createPartTimer, remainingMs } from '../run/clock.js';
import { problemsOfStep, shuffleFeedback } from './feedback.js';
import type { ActiveRun } from '../run/run.js';
import { appendMetrics } from '../run/metrics-log.js';
import type { Workplace } from '../workplace.js';
import { trainingSampling } from '../workplace.js';

/**
 * The GRPO loop: sample, judge, score, advantages, update, record. All randomness of a step follows
 * from (seed, step), so a run stopped anywhere and resumed makes the same steps.
 */
export async function trainStage(active: ActiveRun): Promise<void> {
  const { place, run, store, clock, emit, signal } = active;
  const { max_steps: maxSteps, prompts_per_step: prompts, ...grpo } = place.config.grpo;
  const { seed, save_steps: saveSteps, save_total_limit: keep } = place.config.run;
  const firstStep = active.step + 1;
  clock.begin(
    'train',
    `Training: ${maxSteps} steps of ${prompts} × ${grpo.num_generations} completions`,
  );
  const started = Date.now();

  for (let step = firstStep; step <= maxSteps; step++) {
    const timer = createPartTimer();
    timer.enter('sample');
    const scored = await collectRollouts({
      policy: place.policy,
      problems: problemsOfStep(place.trainProblems, step, prompts, seed),
      settings: trainingSampling(place),
      numGenerations: grpo.num_generations,
      judge: place.judge,
      rewards: place.rewards,
      run: run.name,
      step,
      seed,
      signal,
      onProgress(part, done, total) {
        timer.enter(part);
        clock.progress(
          part === 'sample' ? 'completions sampled' : 'completions judged',
          done,
          total,
        );
      },
    });

    timer.enter('update');
    await nextTurn();
    signal.throwIfAborted();
    const rollouts = withAdvantages(place, scored, step);
    const settings = grpoSettings(place, step);
    const metrics = await grpoStep(place.policy, place.optimizer, rollouts, {
      ...settings,
      dropoutSeed: place.config.run.seed,
      signal,
    });

    timer.enter('save');
    store.append(rollouts);
    const row = { step, ...metrics, step_time: timer.totalMs() / 1000 };
    await appendMetrics(run.paths.metrics, row);
    if (step % saveSteps === 0 || step === maxSteps) {
      await saveCheckpoint({
        folder: run.paths.checkpoints,
        step,
        policy: place.policy,
        optimizer: place.optimizer,
        ...(keep === null ? {} : { keep }),
      });
      active.step = step;
      await run.setStatus({ step });
    }
    const elapsedMs = Date.now() - started;
    const etaMs = remainingMs(elapsedMs, step - firstStep + 1, maxSteps - firstStep + 1);
    emit({ type: 'step', step, maxSteps, metrics: row, elapsedMs, etaMs, shares: timer.shares() });
    await nextTurn();
    signal.throwIfAborted();
  }
}

/** Scored rollouts with their advantages; in the control run, with other rollouts' feedback. */
export function withAdvantages(
  place: Workplace,
  scored: readonly Rollout[],
  step: number,
): Rollout[] {
  const { reward, grpo, run } = place.config;
  const rollouts = reward.shuffle
    ? shuffleFeedback(scored, createRandom(`${run.seed}/shuffle/${step}`))
    : scored;
  return assignAdvantages(rollouts, {
    scaleRewards: grpo.scale_rewards,
    tokenScheme: tokenScheme(place),
  });
}

function grpoSettings(place: Workplace, step: number): GrpoStepSettings {
  const { grpo, sampling } = place.config;
  return {
    learningRate: learningRateAt(step, grpo.max_steps, {
      learningRate: grpo.learning_rate,
      lrSchedulerType: grpo.lr_scheduler_type,
      warmupRatio: grpo.warmup_ratio,
    }),
    beta: grpo.beta,
    epsilon: grpo.epsilon,
    epsilonHigh: grpo.epsilon_high ?? grpo.epsilon,
    lossType: grpo.loss_type,
    scaleRewards: grpo.scale_rewards,
    tokenScheme: tokenScheme(place),
    maxCompletionLength: sampling.max_completion_length,
    numIterations: grpo.num_iterations,
    perDeviceTrainBatchSize: grpo.per_device_train_batch_size,
    gradientCheckpointing: grpo.gradient_checkpointing,
    maskTruncatedCompletions: grpo.mask_truncated_completions,
    temperature: sampling.temperature,
    ...(place.reference ? { reference: place.reference } : {}),
  };
}

function tokenScheme({ config }: Workplace): NonNullable<GrpoStepSettings['tokenScheme']> {
  const { name, lambda } = config.reward.token_scheme;
  return name === 'scalar' ? { name } : { name, lambda };
}
