import type { BuiltSet, PairRow, PreferencePair, PreferenceRow } from '../../datasets/index.js';
import { buildPairs, preferencePairs, referencePairs } from '../../datasets/index.js';
import type { Problem, Rollout } from '../../records.js';
import type {
  CpoStepSettings,
  DpoStepSettings,
  OrpoStepSettings,
  StepMetrics,
} from '../../training/index.js';
import {
  cpoMetrics,
  cpoStep,
  dpoMetrics,
  dpoStep,
  orpoMetrics,
  orpoStep,
  precomputeReferenceLogprobs,
} from '../../training/index.js';
import type { Config } from '../config/index.js';
import type { ActiveRun } from '../run/active-run.js';
import type { StepMethod } from '../stages/train.js';
import type { Workplace } from '../workplace/index.js';
import { candidates, fileRows, keepBuiltSet } from './data.js';
import { offlineMethod } from './offline.js';

type PairMethod = StepMethod<readonly PreferencePair[]>;

/** DPO: pairs of a file, or of the policy's own judged answers. */
export async function dpoMethod(active: ActiveRun): Promise<PairMethod> {
  const { place, signal } = active;
  const { dpo } = place.config;
  const { refAdapterName } = place;
  const pairs = await encodedPairs(active, dpo);
  const rows = dpo.precompute_ref_log_probs
    ? await precomputeReferenceLogprobs(place.policy, pairs, { refAdapterName, signal })
    : pairs;
  const settings = dpoSettings(active);
  return pairMethod(active, rows, dpo, {
    update: (batch, learningRate) =>
      dpoStep(place.policy, place.optimizer, batch, { ...settings, learningRate }),
    measure: (held) => dpoMetrics(place.policy, held, settings),
  });
}

/** What a step takes of the config, and where it stops. */
export type Stepping = Pick<ActiveRun, 'place' | 'signal'>;

export function dpoSettings(active: Stepping): DpoStepSettings {
  const { place } = active;
  const { dpo } = place.config;
  return {
    ...stepSettings(active, dpo),
    beta: dpo.beta,
    lossType: dpo.loss_type,
    labelSmoothing: dpo.label_smoothing,
    fDivergenceType: dpo.f_divergence_type,
    fAlphaDivergenceCoef: dpo.f_alpha_divergence_coef,
    useWeighting: dpo.use_weighting,
    ...(dpo.loss_weights === null ? {} : { lossWeights: dpo.loss_weights }),
    ...(dpo.ld_alpha === null ? {} : { ldAlpha: dpo.ld_alpha }),
    ...(place.reference ? { reference: place.reference } : {}),
    refAdapterName: place.refAdapterName,
  };
}

/** CPO and SimPO: pairs without a reference. */
export async function cpoMethod(active: ActiveRun): Promise<PairMethod> {
  const { place } = active;
  const { cpo } = place.config;
  const settings = cpoSettings(active);
  return pairMethod(active, await encodedPairs(active, cpo), cpo, {
    update: (batch, learningRate) =>
      cpoStep(place.policy, place.optimizer, batch, { ...settings, learningRate }),
    measure: (held) => cpoMetrics(place.policy, held, settings),
  });
}

export function cpoSettings(active: Stepping): CpoStepSettings {
  const { cpo } = active.place.config;
  return {
    ...stepSettings(active, cpo),
    beta: cpo.beta,
    lossType: cpo.loss_type,
    cpoAlpha: cpo.cpo_alpha,
    simpoGamma: cpo.simpo_gamma,
    alpha: cpo.alpha,
    labelSmoothing: cpo.label_smoothing,
  };
}

/** ORPO: likelihood of the better answers and odds against the worse ones, without a reference. */
export async function orpoMethod(active: ActiveRun): Promise<PairMethod> {
  const { place } = active;
  const { orpo } = place.config;
  const settings = orpoSettings(active);
  return pairMethod(active, await encodedPairs(active, orpo), orpo, {
    update: (batch, learningRate) =>
      orpoStep(place.policy, place.optimizer, batch, { ...settings, learningRate }),
    measure: (held) => orpoMetrics(place.policy, held, settings),
  });
}

export function orpoSettings(active: Stepping): OrpoStepSettings {
  const { orpo } = active.place.config;
  return { ...stepSettings(active, orpo), beta: orpo.beta };
}

function pairMethod(
  active: ActiveRun,
  rows: readonly PreferencePair[],
  options: Config['dpo' | 'cpo' | 'orpo'],
  steps: {
    update(batch: readonly PreferencePair[], learningRate: number): Promise<StepMetrics>;
    measure(rows: readonly PreferencePair[]): Promise<StepMetrics>;
  },
): PairMethod {
  return offlineMethod(active, {
    rows,
    keyOf: ({ promptIds }) => promptIds.join(','),
    options,
    unit: 'pairs',
    ...steps,
  });
}

/** What all steps on fixed rows take. */
export function stepSettings(
  { place, signal }: Stepping,
  options: Config['dpo' | 'kto' | 'cpo' | 'orpo'],
): Pick<
  DpoStepSettings,
  'perDeviceTrainBatchSize' | 'gradientCheckpointing' | 'dropoutSeed' | 'signal'
> {
  return {
    perDeviceTrainBatchSize: options.per_device_train_batch_size,
    gradientCheckpointing: options.gradient_checkpointing,
    dropoutSeed: place.config.run.seed,
    signal,
  };
}

async function encodedPairs(
  active: ActiveRun,
  options: Config['dpo' | 'cpo' | 'orpo'],
): Promise<PreferencePair[]> {
  const { place, emit } = active;
  const { path, max_length: maxLength } = place.config.dataset;
  const rows: readonly PreferenceRow[] =
    path === null ? await builtPairs(active) : (await fileRows(active, path, ['preference'])).rows;
  const encoded = preferencePairs(rows, place.policy.tokenizer, {
    ...tokenWeights(options),
    ...(maxLength === null ? {} : { maxLength }),
  });
  const dropped = Object.entries(encoded.dropped);
  if (dropped.length > 0) {
    const reasons = dropped.map(([reason, count]) => `${count} ${reason}`).join(', ');
    emit({ type: 'warning', message: `Pairs left out: ${reasons}.` });
  }
  return encoded.pairs;
}

async function builtPairs(active: ActiveRun): Promise<PairRow[]> {
  const rollouts = await candidates(active);
  const set = pairsOf(active.place, rollouts, active.place.trainProblems);
  keepBuiltSet(active, 'pairs.jsonl', set, rollouts);
  return set.rows;
}

/** The pairs that the config makes of these rollouts. */
export function pairsOf(
  { config }: Pick<Workplace, 'config'>,
  rollouts: readonly Rollout[],
  problems: readonly Problem[],
): BuiltSet<PairRow> {
  const { dataset, run } = config;
  const { rank, margin, max_pairs_per_problem: maxPairsPerProblem } = dataset.pairs;
  const limits = { rankBy: rank, maxPairsPerProblem, seed: run.seed };
  return dataset.pairs.chosen === 'reference'
    ? referencePairs(rollouts, problems, limits)
    : buildPairs(rollouts, { ...limits, margin });
}

/** How the failing side's tokens are weighted. */
export function tokenWeights(
  options: Pick<Config['dpo'], 'use_token_level_rewards' | 'clean_token_weight'>,
): { tokenWeights: 'errors' | 'uniform'; cleanWeight: number } {
  return {
    tokenWeights: options.use_token_level_rewards ? 'errors' : 'uniform',
    cleanWeight: options.clean_token_weight,
  };
}
