import type { StepMetrics } from '../metrics.js';
import type { GroupExplanation, StepNote } from './record.js';

/** What holds for a step as a whole. */
export function stepNotes(groups: readonly GroupExplanation[], metrics: StepMetrics): StepNote[] {
  const notes: StepNote[] = [];
  const taught = groups.filter((group) => group.taught).length;
  const { learning_rate: rate, grad_norm: norm } = metrics;
  const clipped = metrics['clip_ratio/region_mean'];
  if (taught === 0) {
    notes.push({
      sentence: `None of ${groups.length} groups taught anything: the update changed nothing by the rewards.`,
      remedy:
        'See the groups below; AdamW moves the weights on by what earlier steps left, if at all.',
    });
  }
  if (rate === 0) {
    notes.push({
      sentence: 'The learning rate of this step is 0.',
      remedy: 'At the end of a schedule that is as it should be; else set learning_rate.',
    });
  }
  if (norm === 0 && taught > 0) {
    notes.push({
      sentence: 'Groups had advantages, and the gradient is 0.',
      remedy:
        'Check that something is trainable (policy.use_peft, lora_target_modules) and the loss type.',
    });
  }
  if (clipped !== undefined && clipped > 0.5) {
    notes.push({
      sentence: `${(clipped * 100).toFixed(0)} % of the tokens were clipped.`,
      remedy: 'Lower the learning rate or the number of updates per batch, or widen epsilon.',
    });
  }
  return notes;
}
