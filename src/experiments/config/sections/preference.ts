/** DPO, KTO, CPO and ORPO: learning from pairs, and from single answers called good or bad. */
import { z } from 'zod';
import {
  cpoLossTypes,
  dpoLossTypes,
  fDivergenceTypes,
  ktoLossTypes,
} from '../../../algorithms/index.js';
import { option, share } from '../option.js';
import { offlineFields, optimizerFields } from './trainer.js';

const shared = {
  ...offlineFields(),
  ...optimizerFields({
    learningRate: 1e-3,
    trlLearningRate: 1e-6,
    lrSchedulerType: 'linear',
    perDeviceTrainBatchSize: 8,
  }),
};

const precompute = option(
  z.boolean().default(true),
  'Take the reference’s log-probabilities once, before training, instead of at every update: the same numbers, sooner where a row comes up more than once.',
  false,
);

const tokenWeights = {
  use_token_level_rewards: option(
    z.boolean().default(true),
    'true: on the failing side the tokens that a finding reached carry the loss, the others clean_token_weight; a side without a located finding is taken whole. false: all tokens alike.',
  ),
  clean_token_weight: option(
    share().default(0),
    'Weight of the failing side’s other tokens; 1 is the scalar algorithm to the bit.',
  ),
};

const labelSmoothing = option(
  z.number().min(0).lt(0.5).default(0),
  'Chance that a pair is the wrong way round, for the losses that know of it.',
  0,
);

export const dpoSection = z
  .strictObject({
    ...shared,
    beta: option(z.number().positive().default(0.1), 'How dear it is to leave the reference.', 0.1),
    loss_type: option(
      z.union([z.enum(dpoLossTypes), z.array(z.enum(dpoLossTypes)).min(1)]).default('sigmoid'),
      'The loss, or a list of losses that are added up; docs/conformance.md says whose each is.',
      ['sigmoid'],
    ),
    loss_weights: option(
      z.array(z.number()).nullable().default(null),
      'One weight for each loss of the list. null: 1.',
      null,
    ),
    label_smoothing: labelSmoothing,
    f_divergence_type: option(
      z.enum(fDivergenceTypes).default('reverse_kl'),
      'The divergence that holds the policy near the reference.',
      'reverse_kl',
    ),
    f_alpha_divergence_coef: option(z.number().default(0.5), 'Of alpha_divergence.', 0.5),
    use_weighting: option(
      z.boolean().default(false),
      'WPO: weigh each pair by how likely the policy is to write it.',
      false,
    ),
    ld_alpha: option(
      share().nullable().default(null),
      'LD-DPO: weight of the tokens beyond the length both sides have. null: 1.',
      null,
    ),
    precompute_ref_log_probs: precompute,
    ...tokenWeights,
  })
  .describe('Direct preference optimisation (`rlsf train dpo`).');

export const ktoSection = z
  .strictObject({
    ...shared,
    beta: option(z.number().positive().default(0.1), 'How dear it is to leave the reference.', 0.1),
    loss_type: option(
      z.enum(ktoLossTypes).default('kto'),
      'kto: against the mean divergence z0, from prompts with other prompts’ completions. apo_zero_unpaired: without z0.',
      'kto',
    ),
    desirable_weight: option(
      z.number().min(0).default(1),
      'Weight of good answers; with their numbers, desirable to undesirable should lie between 1:1 and 4:3.',
      1,
    ),
    undesirable_weight: option(z.number().min(0).default(1), 'Weight of bad answers.', 1),
    precompute_ref_log_probs: precompute,
    ...tokenWeights,
  })
  .describe('Kahneman–Tversky optimisation (`rlsf train kto`).');

export const cpoSection = z
  .strictObject({
    ...shared,
    beta: option(z.number().positive().default(0.1), 'Of the margin; SimPO takes 2 to 10.', 0.1),
    loss_type: option(
      z.enum(cpoLossTypes).default('sigmoid'),
      'The loss; `simpo` with cpo_alpha 0 is SimPO.',
      'sigmoid',
    ),
    cpo_alpha: option(z.number().min(0).default(1), 'Weight of the chosen side’s likelihood.', 1),
    simpo_gamma: option(z.number().default(0.5), 'The margin of `simpo` and `alphapo`.', 0.5),
    alpha: option(z.number().default(0), 'AlphaPO’s alpha.', 0),
    label_smoothing: labelSmoothing,
    ...tokenWeights,
  })
  .describe(
    'Contrastive preference optimisation and SimPO, without a reference (`rlsf train cpo`).',
  );

export const orpoSection = z
  .strictObject({
    ...shared,
    beta: option(z.number().positive().default(0.1), 'Weight of the odds ratio.', 0.1),
    ...tokenWeights,
  })
  .describe('Odds-ratio preference optimisation, without a reference (`rlsf train orpo`).');
