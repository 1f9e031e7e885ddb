import type { DatasetRows, UnpairedExample, UnpairedPreferenceRow } from '../../datasets/index.js';
import { buildUnpaired, unpairedExamples } from '../../datasets/index.js';
import type { KtoStepSettings } from '../../training/index.js';
import { ktoMetrics, ktoStep, precomputeReferenceLogprobs } from '../../training/index.js';
import type { ActiveRun } from '../run/active-run.js';
import type { StepMethod } from '../stages/train.js';
import { candidates, fileRows, keepBuiltSet } from './data.js';
import { offlineMethod } from './offline.js';
import type { Stepping } from './preference.js';
import { stepSettings, tokenWeights } from './preference.js';

/** KTO: answers called good or bad, of a file or the policy's own judged ones. */
export async function ktoMethod(
  active: ActiveRun,
): Promise<StepMethod<readonly UnpairedExample[]>> {
  const { place, emit, signal } = active;
  const { kto, dataset } = place.config;
  const { refAdapterName } = place;
  const { examples, dropped } = unpairedExamples(await ktoRows(active), place.policy.tokenizer, {
    ...tokenWeights(kto),
    ...(dataset.max_length === null ? {} : { maxLength: dataset.max_length }),
  });
  const reasons = Object.entries(dropped).map(([reason, count]) => `${count} ${reason}`);
  if (reasons.length > 0) {
    emit({ type: 'warning', message: `Answers left out: ${reasons.join(', ')}.` });
  }
  warnOfBalance(active, examples);
  const rows = kto.precompute_ref_log_probs
    ? await precomputeReferenceLogprobs(place.policy, examples, { refAdapterName, signal })
    : examples;
  const settings = ktoSettings(active);
  return offlineMethod(active, {
    rows,
    keyOf: ({ promptIds }) => promptIds.join(','),
    options: kto,
    unit: 'answers',
    update: (batch, learningRate) =>
      ktoStep(place.policy, place.optimizer, batch, { ...settings, learningRate }),
    measure: (held) => ktoMetrics(place.policy, held, settings),
  });
}

export function ktoSettings(active: Stepping): KtoStepSettings {
  const { place } = active;
  const { kto } = place.config;
  return {
    ...stepSettings(active, kto),
    beta: kto.beta,
    lossType: kto.loss_type,
    desirableWeight: kto.desirable_weight,
    undesirableWeight: kto.undesirable_weight,
    ...(place.reference ? { reference: place.reference } : {}),
    refAdapterName: place.refAdapterName,
  };
}

async function ktoRows(active: ActiveRun): Promise<readonly UnpairedPreferenceRow[]> {
  const { dataset, run } = active.place.config;
  if (dataset.path !== null) {
    const types = ['unpaired_preference', 'preference'] as const;
    const { type, rows } = await fileRows(active, dataset.path, types);
    return type === 'preference'
      ? (rows as DatasetRows['preference'][]).flatMap(unpaired)
      : (rows as UnpairedPreferenceRow[]);
  }
  const rollouts = await candidates(active);
  const set = buildUnpaired(rollouts, { rankBy: dataset.pairs.rank, seed: run.seed });
  keepBuiltSet(active, 'kto.jsonl', set, rollouts);
  return set.rows as unknown as UnpairedPreferenceRow[];
}

/** A pair as two answers, as TRL does it; our columns of each side go along. */
function unpaired(row: DatasetRows['preference']): UnpairedPreferenceRow[] {
  return (['chosen', 'rejected'] as const).map((side) => ({
    prompt: row.prompt,
    prompt_ids: row['prompt_ids'],
    completion: row[side],
    completion_ids: row[`${side}_ids`],
    spans: row[`${side}_spans`],
    finish_reason: row[`${side}_finish_reason`],
    label: side === 'chosen',
  }));
}

/** KTO's authors: weight times number, good to bad, between 1:1 and 4:3. */
function warnOfBalance({ place, emit }: ActiveRun, examples: readonly UnpairedExample[]): void {
  const { desirable_weight: desirable, undesirable_weight: undesirable } = place.config.kto;
  const good = examples.filter(({ label }) => label).length;
  const bad = examples.length - good;
  if (good === 0 || bad === 0) {
    const which = good === 0 ? 'good' : 'bad';
    emit({
      type: 'warning',
      message: `KTO: there is no ${which} answer among ${examples.length}.`,
    });
    return;
  }
  const ratio = (desirable * good) / (undesirable * bad);
  if (ratio >= 0.995 && ratio <= 4 / 3 + 0.005) return;
  const [low, high] = [(undesirable * bad) / good, (4 * undesirable * bad) / (3 * good)];
  const message = `KTO: desirable_weight × ${good} good answers to undesirable_weight × ${bad} bad ones is ${ratio.toFixed(2)}; between 1 and 1.33 is advised. Set kto.desirable_weight between ${low.toFixed(2)} and ${high.toFixed(2)}.`;
  emit({ type: 'warning', message });
}
