/** The whole config tree. The schema is the only place where a default is written. */
import { z } from 'zod';
import { option } from './option.js';
import { evaluationSection } from './sections/evaluation.js';
import { datasetSection } from './sections/dataset.js';
import { grpoSection } from './sections/grpo.js';
import { judgeSection } from './sections/judge.js';
import { pipelineSection } from './sections/pipeline.js';
import { policySection } from './sections/policy.js';
import { ppoSection } from './sections/ppo.js';
import { cpoSection, dpoSection, ktoSection, orpoSection } from './sections/preference.js';
import { rewardSection } from './sections/reward.js';
import { runSection } from './sections/run.js';
import { samplingSection } from './sections/sampling.js';
import { sftSection } from './sections/sft.js';
import { studySection } from './sections/study.js';
import { pretrainSection } from './sections/pretrain.js';
import { taskSection } from './sections/task.js';
import { trackersSection } from './sections/trackers.js';
import { checkVllm } from './sections/vllm.js';

/** The tree without the rules that tie several options together: what the reference page walks. */
export const configTree = z.strictObject({
  description: option(
    z.string().nullable().default(null),
    'What the file is for; JSON has no comments.',
  ),
  run: runSection.prefault({}),
  policy: policySection.prefault({}),
  task: taskSection.prefault({}),
  dataset: datasetSection.prefault({}),
  judge: judgeSection.prefault({}),
  sampling: samplingSection.prefault({}),
  reward: rewardSection.prefault({}),
  grpo: grpoSection.prefault({}),
  ppo: ppoSection.prefault({}),
  dpo: dpoSection.prefault({}),
  kto: ktoSection.prefault({}),
  cpo: cpoSection.prefault({}),
  orpo: orpoSection.prefault({}),
  sft: sftSection.prefault({}),
  pretrain: pretrainSection.prefault({}),
  evaluation: evaluationSection.prefault({}),
  trackers: trackersSection.prefault({}),
  study: studySection.prefault({}),
  pipeline: pipelineSection.prefault({}),
});

export const configSchema = configTree.superRefine((config, context) => {
  const fail = (path: string[], message: string): void =>
    context.addIssue({ code: 'custom', path, message });
  const { model, tokenizer, corpus } = config.pretrain;
  if (model.num_attention_heads % model.num_key_value_heads !== 0) {
    fail(
      ['pretrain', 'model', 'num_key_value_heads'],
      `expected a divisor of num_attention_heads (${model.num_attention_heads}), got ${model.num_key_value_heads}. Choose one that divides it.`,
    );
  }
  if (model.head_dim % 2 !== 0) {
    fail(
      ['pretrain', 'model', 'head_dim'],
      `expected an even number (rotary embedding turns pairs), got ${model.head_dim}.`,
    );
  }
  if (tokenizer.sample > corpus.n) {
    fail(
      ['pretrain', 'tokenizer', 'sample'],
      `expected at most pretrain.corpus.n (${corpus.n}), got ${tokenizer.sample}. Lower it or enlarge the corpus.`,
    );
  }
  if (config.grpo.epsilon_high !== null && config.grpo.epsilon_high < config.grpo.epsilon) {
    fail(
      ['grpo', 'epsilon_high'],
      `expected at least grpo.epsilon (${config.grpo.epsilon}), got ${config.grpo.epsilon_high}. Raise it, or lower epsilon.`,
    );
  }
  if (config.grpo.sync_ref_model && (config.policy.use_peft || config.grpo.beta === 0)) {
    fail(
      ['grpo', 'sync_ref_model'],
      `expected policy.use_peft: false and grpo.beta above 0, got use_peft ${config.policy.use_peft} and beta ${config.grpo.beta}. An adapter's reference is the base under it, which does not move; without beta there is no reference.`,
    );
  }
  checkVllm(config, fail);
});

/** A config as it runs: every option present. */
export type Config = z.output<typeof configTree>;
