import type { LearningRateSchedule } from '../../training/index.js';
import type { Config } from '../config/index.js';

/** A method's options as its learning rate's course. */
export function learningRateSchedule(
  options: Pick<Config['grpo'], 'learning_rate' | 'lr_scheduler_type' | 'warmup_ratio'>,
): LearningRateSchedule {
  return {
    learningRate: options.learning_rate,
    lrSchedulerType: options.lr_scheduler_type,
    warmupRatio: options.warmup_ratio,
  };
}
