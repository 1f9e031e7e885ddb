/** One update by any method on the rollouts in hand. */
import { createRandom } from '../algorithms/index.js';
import type { BuiltSet, SftRow, UnpairedPreferenceRow } from '../datasets/index.js';
import {
  buildSft,
  buildUnpaired,
  preferencePairs,
  sftSequences,
  unpairedExamples,
} from '../datasets/index.js';
import { inputError } from '../errors.js';
import type { Method } from '../experiments/index.js';
import { informative } from '../experiments/methods/dynamic-sampling.js';
import { dealtFeedback } from '../experiments/methods/feedback.js';
import {
  grpoSettings,
  grpoUpdate,
  moveReference,
  withAdvantages,
} from '../experiments/methods/grpo.js';
import { ktoSettings } from '../experiments/methods/kto.js';
import { ppoSettings } from '../experiments/methods/ppo.js';
import {
  cpoSettings,
  dpoSettings,
  orpoSettings,
  pairsOf,
  tokenWeights,
} from '../experiments/methods/preference.js';
import type { Workplace } from '../experiments/workplace/workplace.js';
import type { Problem, Rollout } from '../records.js';
import type { StepMetrics } from '../training/index.js';
import {
  cpoStep,
  dpoStep,
  ktoStep,
  orpoStep,
  ppoStep,
  rolloutMetrics,
  sftStep,
} from '../training/index.js';

export interface UpdateInput {
  readonly place: Workplace;
  readonly method: Method;
  /** The number of the update, 1 for the first. */
  readonly step: number;
  readonly learningRate: number;
  readonly problems: readonly Problem[];
  readonly rollouts: readonly Rollout[];
  readonly signal: AbortSignal;
}

/** @returns its metrics under TRL's names, and the rollouts with what they gained by it */
export async function updateOn(
  input: UpdateInput,
): Promise<{ metrics: StepMetrics; rollouts: readonly Rollout[] }> {
  switch (input.method) {
    case 'grpo':
      return grpo(input);
    case 'ppo':
      return ppo(input);
    case 'dpo':
    case 'cpo':
    case 'orpo':
      return { metrics: await onPairs(input, input.method), rollouts: input.rollouts };
    case 'kto':
      return { metrics: await kto(input), rollouts: input.rollouts };
    case 'sft':
      return { metrics: await sft(input), rollouts: input.rollouts };
  }
}

async function grpo({
  place,
  step,
  learningRate,
  rollouts: scored,
  signal,
}: UpdateInput): Promise<{ metrics: StepMetrics; rollouts: Rollout[] }> {
  const { grpo: options, run } = place.config;
  const sampled = withAdvantages(place, scored, step);
  const trained = options.dynamic_sampling ? informative(sampled, options) : sampled;
  const settings = { ...grpoSettings(place), learningRate, dropoutSeed: run.seed, signal };
  const { metrics, rollouts } = await grpoUpdate(place, sampled, trained, settings);
  moveReference(place, step);
  return { metrics: { ...metrics, ...rolloutMetrics(rollouts, settings) }, rollouts };
}

async function ppo({
  place,
  step,
  learningRate,
  rollouts: scored,
  signal,
}: UpdateInput): Promise<{ metrics: StepMetrics; rollouts: Rollout[] }> {
  const { valueHead, config } = place;
  if (valueHead === null) throw new Error('Internal: PPO without a value head.');
  const rollouts = dealtFeedback(config, scored, step);
  const metrics = await ppoStep(place.policy, valueHead, place.optimizer, rollouts, {
    ...ppoSettings(place),
    learningRate,
    dropoutSeed: config.run.seed,
    random: createRandom(`${config.run.seed}/minibatches/${step}`),
    signal,
  });
  return { metrics, rollouts };
}

/** Pairs of a better and a worse answer, all of them in one update. */
async function onPairs(input: UpdateInput, method: 'dpo' | 'cpo' | 'orpo'): Promise<StepMetrics> {
  const { place, learningRate, signal, problems } = input;
  const { policy, optimizer, config } = place;
  const set = pairsOf(place, fedBack(input), problems);
  requireRows(set, method, 'pair of a better and a worse answer to one problem', [
    'Sample more completions, at a higher temperature, or of other problems',
    'take the references as the better side (dataset.pairs.chosen: reference)',
  ]);
  const { pairs, dropped } = preferencePairs(set.rows, policy.tokenizer, {
    ...tokenWeights(config[method]),
    ...maxLength(place),
  });
  requireRoom(pairs, dropped, method);
  const active = { place, signal };
  switch (method) {
    case 'dpo':
      return dpoStep(policy, optimizer, pairs, { ...dpoSettings(active), learningRate });
    case 'cpo':
      return cpoStep(policy, optimizer, pairs, { ...cpoSettings(active), learningRate });
    case 'orpo':
      return orpoStep(policy, optimizer, pairs, { ...orpoSettings(active), learningRate });
  }
}

async function kto(input: UpdateInput): Promise<StepMetrics> {
  const { place, learningRate, signal } = input;
  const { policy, optimizer, config } = place;
  const { dataset, run } = config;
  const set = buildUnpaired(fedBack(input), { rankBy: dataset.pairs.rank, seed: run.seed });
  requireRows(set, 'kto', 'answer that is good or bad beside the others', [
    'Sample more completions, at a higher temperature, or of other problems',
  ]);
  const rows = set.rows as unknown as UnpairedPreferenceRow[];
  const { examples, dropped } = unpairedExamples(rows, policy.tokenizer, {
    ...tokenWeights(config.kto),
    ...maxLength(place),
  });
  requireRoom(examples, dropped, 'kto');
  return ktoStep(policy, optimizer, examples, { ...ktoSettings({ place, signal }), learningRate });
}

/** On the clean answers (`dataset.completions: sampled`), or on the references of the problems in hand. */
async function sft({
  place,
  learningRate,
  problems,
  rollouts,
  signal,
}: UpdateInput): Promise<StepMetrics> {
  const { policy, optimizer, config } = place;
  const { sft: options, dataset, run } = config;
  const isSampled = dataset.completions === 'sampled';
  const set = isSampled ? buildSft({ rollouts }) : buildSft({ problems }, { references: 'always' });
  requireRows(set, 'sft', isSampled ? 'clean answer' : 'problem with a reference', [
    isSampled
      ? 'Take the references instead (dataset.completions: reference)'
      : 'Take the policy’s own clean answers instead (dataset.completions: sampled)',
    'or pick other problems',
  ]);
  const { sequences, dropped } = sftSequences(set.rows as unknown as SftRow[], policy.tokenizer, {
    truncationMode: 'keep_start',
    completionOnlyLoss: options.completion_only_loss ?? true,
    assistantOnlyLoss: options.assistant_only_loss,
    ...maxLength(place),
  });
  requireRoom(sequences, { 'too long': dropped }, 'sft');
  return sftStep(policy, optimizer, sequences, {
    learningRate,
    gradientCheckpointing: options.gradient_checkpointing,
    dropoutSeed: run.seed,
    perDeviceTrainBatchSize: options.per_device_train_batch_size,
    signal,
  });
}

/** In the control run (`reward.shuffle`) with other rollouts' feedback. */
function fedBack({ place, rollouts, step }: UpdateInput): Rollout[] {
  return dealtFeedback(place.config, rollouts, step);
}

function maxLength({ config }: Workplace): { maxLength?: number } {
  const { max_length: most } = config.dataset;
  return most === null ? {} : { maxLength: most };
}

function requireRows(
  { rows, notes }: BuiltSet<object>,
  method: Method,
  expected: string,
  advice: readonly string[],
): void {
  if (rows.length > 0) return;
  const why = notes.length > 0 ? ` ${notes.join(' ')}` : '';
  throw inputError(
    `step: ${method} expected at least one ${expected} among the rollouts in hand, got none.${why} ${advice.join(', or ')}.`,
  );
}

function requireRoom(
  rows: readonly unknown[],
  dropped: Readonly<Record<string, number>>,
  method: Method,
): void {
  if (rows.length > 0) return;
  const reasons = Object.entries(dropped).map(([reason, count]) => `${count} ${reason}`);
  throw inputError(
    `step: ${method} expected rows that fit dataset.max_length, got none (${reasons.join(', ')}). Raise it: configure(session, { 'dataset.max_length': … }).`,
  );
}
