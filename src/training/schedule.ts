import { inputError } from '../errors.js';

/** Hugging Face's `lr_scheduler_type`, the ones offered here. */
export type LrSchedulerType = 'constant' | 'constant_with_warmup' | 'linear' | 'cosine';

export interface LearningRateSchedule {
  /** The peak. */
  readonly learningRate: number;
  /** @default 'linear', as Hugging Face's Trainer */
  readonly lrSchedulerType?: LrSchedulerType;
  /** Share of all updates spent warming up; rounded up to whole updates. @default 0 */
  readonly warmupRatio?: number;
}

/**
 * The learning rate of one update, as Hugging Face's Trainer gives it. With s = step - 1 updates
 * done, N in all, W = ceil(N * warmupRatio):
 *   warm-up (s < W)      : peak * s / W         so the first update has rate 0
 *   constant             : peak                 no warm-up, whatever the ratio
 *   constant_with_warmup : peak
 *   linear               : peak * (N - s) / (N - W)
 *   cosine               : peak * (1 + cos(pi * (s - W) / (N - W))) / 2
 * @param step       1 for the first update
 * @param totalSteps N
 */
export function learningRateAt(
  step: number,
  totalSteps: number,
  schedule: LearningRateSchedule,
): number {
  const { learningRate, lrSchedulerType = 'linear', warmupRatio = 0 } = schedule;
  if (!Number.isInteger(step) || step < 1) {
    throw inputError(
      `learningRateAt: expected the number of the update, 1 for the first, got ${step}.`,
    );
  }
  const done = step - 1;
  const warmup = Math.ceil(totalSteps * warmupRatio);
  if (lrSchedulerType === 'constant') return learningRate;
  if (done < warmup) return (learningRate * done) / warmup;
  if (lrSchedulerType === 'constant_with_warmup') return learningRate;
  const progress = Math.min(1, (done - warmup) / Math.max(1, totalSteps - warmup));
  switch (lrSchedulerType) {
    case 'linear':
      return learningRate * (1 - progress);
    case 'cosine':
      return learningRate * 0.5 * (1 + Math.cos(Math.PI * progress));
    default:
      throw inputError(
        `learningRateAt: expected lrSchedulerType constant, constant_with_warmup, linear or cosine, got ${JSON.stringify(lrSchedulerType)}.`,
      );
  }
}
