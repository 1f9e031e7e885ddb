import type { SftRow } from '../../datasets/index.js';
import { buildSft, packBestFit, sftSequences } from '../../datasets/index.js';
import { inputError } from '../../errors.js';
import type { TokenSequence } from '../../policy/index.js';
import { sftLoss, sftStep } from '../../training/index.js';
import type { ActiveRun } from '../run/active-run.js';
import type { StepMethod } from '../stages/train.js';
import { candidates, fileRows, keepBuiltSet } from './data.js';
import { offlineMethod } from './offline.js';

/** Supervised fine-tuning: on the rows of a file, on the references of the task's problems, or on the policy's own clean answers. */
export async function sftMethod(active: ActiveRun): Promise<StepMethod<readonly TokenSequence[]>> {
  const { place, emit, signal } = active;
  const { dataset, sft, run } = place.config;
  const { rows, isWhole } = await sftRows(active);
  const set = sftSequences(rows, place.policy.tokenizer, {
    truncationMode: 'keep_start',
    completionOnlyLoss: sft.completion_only_loss ?? !isWhole,
    assistantOnlyLoss: sft.assistant_only_loss,
    ...(dataset.max_length === null ? {} : { maxLength: dataset.max_length }),
  });
  if (set.sequences.length === 0) {
    throw inputError(
      `dataset.max_length: expected room for at least one of ${rows.length} rows, but ${set.dropped} prompts alone fill ${dataset.max_length} tokens. Raise it.`,
    );
  }
  if (set.dropped + set.truncated > 0) {
    const message = `dataset.max_length (${dataset.max_length}): ${set.truncated} rows were cut off, ${set.dropped} left out.`;
    emit({ type: 'warning', message });
  }
  return offlineMethod(active, {
    rows: set.sequences,
    keyOf: ({ promptIds }, index) => (isWhole ? String(index) : promptIds.join(',')),
    options: sft,
    unit: 'sequences',
    ...(sft.packing ? { pack: (sequences) => packed(sequences, sft, dataset.max_length) } : {}),
    update: (batch, learningRate) =>
      sftStep(place.policy, place.optimizer, batch, {
        learningRate,
        gradientCheckpointing: sft.gradient_checkpointing,
        dropoutSeed: run.seed,
        signal,
        ...(sft.packing ? {} : { perDeviceTrainBatchSize: sft.per_device_train_batch_size }),
      }),
    measure: (held) =>
      Promise.resolve({ loss: sftLoss(place.policy, held, sft.per_device_train_batch_size) }),
  });
}

/** @returns the rows, and whether they are whole texts rather than completions of prompts */
async function sftRows(active: ActiveRun): Promise<{ rows: SftRow[]; isWhole: boolean }> {
  const { place, run, clock } = active;
  const { path } = place.config.dataset;
  if (path !== null) {
    const { type, rows } = await fileRows(active, path, ['language_modeling', 'prompt_completion']);
    return { rows: rows as SftRow[], isWhole: type === 'language_modeling' };
  }
  if (place.config.dataset.completions === 'sampled') {
    const rollouts = await candidates(active);
    const set = buildSft({ rollouts });
    keepBuiltSet(active, 'sft.jsonl', set, rollouts);
    return { rows: set.rows as unknown as SftRow[], isWhole: false };
  }
  clock.begin('data', `Taking the references of ${place.trainProblems.length} problems`);
  const { rows, notes } = buildSft({ problems: place.trainProblems }, { references: 'always' });
  if (rows.length > 0) return { rows: rows as unknown as SftRow[], isWhole: false };
  throw inputError(
    `${run.name}: expected problems with references to learn from, got none. ${notes.join(' ')} Give a file (dataset.path).`,
  );
}

function packed(
  sequences: readonly TokenSequence[],
  options: { per_device_train_batch_size: number },
  maxLength: number | null,
): TokenSequence[][] {
  const longest = Math.max(
    ...sequences.map(({ promptIds, completionIds }) => promptIds.length + completionIds.length),
  );
  const maxTokens = options.per_device_train_batch_size * (maxLength ?? longest);
  return packBestFit(sequences, { maxTokens });
}
