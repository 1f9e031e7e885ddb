/** `rlsf train discriminator`: texts in, a calibrated classifier and what is to be said of it out. */
import { createHash } from 'node:crypto';
import { inputError } from '../../errors.js';
import type { Problem } from '../../records.js';
import { defaultFeatures } from '../../rewards/discriminator/features.js';
import { defaultL2 } from '../../rewards/discriminator/fit.js';
import {
  calibrateDiscriminator,
  fitDiscriminator,
  type Discriminator,
  type FeatureOptions,
} from '../../rewards/index.js';
import {
  discriminatorData,
  splitNames,
  type DiscriminatorDataOptions,
  type SplitName,
} from './data.js';
import { measureDiscriminator, type DiscriminatorMeasures } from './measures.js';
import type { PolicyText } from './texts.js';
import { discriminatorWarnings } from './warnings.js';
import { weightyNGrams, type WeightyNGram } from './weighty.js';

export interface TrainDiscriminatorInput
  extends DiscriminatorDataOptions, Partial<Omit<FeatureOptions, 'language'>> {
  /** What the policy wrote (`readPolicyTexts`). */
  readonly texts: readonly PolicyText[];
  /** The problems that it wrote them for (`problemsOfTexts`), all of one language. */
  readonly problems: readonly Problem[];
  /** @default 1e-4 */
  readonly l2?: number;
  /** @default 500 */
  readonly maxSteps?: number;
  /** Of the bootstrap. @default 2000 */
  readonly resamples?: number;
  readonly signal?: AbortSignal;
}

export interface DiscriminatorReport {
  task: string;
  /** Revisions of the policies whose texts these are. */
  policies: string[];
  /** All that decides the result beside the texts. */
  settings: Required<DiscriminatorDataOptions> &
    FeatureOptions & { l2: number; maxSteps: number; resamples: number };
  /** SHA-256 of the references and of the policy's texts, ids included. */
  dataHashes: Record<string, string>;
  counts: Record<
    SplitName,
    { units: number; references: number; completions: number; duplicates: number }
  >;
  dropped: { overMaxPerProblem: number; problemsWithoutReference: number };
  /** Test references whose form is that of a training reference. */
  sharedForms: number;
  training: { loss: number; steps: number; converged: boolean; nonZeroWeights: number };
  /** On the test part. */
  measures: DiscriminatorMeasures;
  nGrams: { reference: WeightyNGram[]; policy: WeightyNGram[] };
  warnings: string[];
}

export interface TrainedDiscriminator {
  model: Discriminator;
  report: DiscriminatorReport;
}

/** Divides, fits, calibrates and measures. The same input gives the same bits. */
export function trainDiscriminator(input: TrainDiscriminatorInput): TrainedDiscriminator {
  const { texts, problems, signal, resamples = 2000 } = input;
  const { l2 = defaultL2, maxSteps = 500 } = input;
  const { seed = 0, splitBy = 'problem', maxPerProblem = 16, duplicates = 'drop' } = input;
  const features: FeatureOptions = {
    language: languageOf(problems),
    nGram: input.nGram ?? defaultFeatures.nGram,
    hashBits: input.hashBits ?? defaultFeatures.hashBits,
    identifiers: input.identifiers ?? defaultFeatures.identifiers,
    values: input.values ?? defaultFeatures.values,
  };
  const chosen = { seed, splitBy, maxPerProblem, duplicates };
  const data = discriminatorData(texts, problems, features, chosen);
  signal?.throwIfAborted();
  const { model: fitted, ...training } = fitDiscriminator(data.splits.train, {
    ...features,
    l2,
    maxSteps,
  });
  signal?.throwIfAborted();
  const model = calibrateDiscriminator(fitted, data.splits.calibration);
  const dropped = duplicates === 'drop' ? data.duplicates.test : [];
  const measures = measureDiscriminator(model, data.splits.test, dropped, { seed, resamples });
  const report: DiscriminatorReport = {
    task: texts[0].task,
    policies: [...new Set(texts.map(({ modelRevision }) => modelRevision))],
    settings: { ...chosen, ...features, l2, maxSteps, resamples },
    dataHashes: {
      references: sha256(problems.map(({ id, reference }) => [id, reference ?? null])),
      completions: sha256(texts.map(({ id, problemId, text }) => [id, problemId, text])),
    },
    counts: countsOf(data),
    dropped: {
      overMaxPerProblem: data.overMaxPerProblem,
      problemsWithoutReference: data.problemsWithoutReference,
    },
    sharedForms: data.sharedForms,
    training: {
      ...training,
      nonZeroWeights: model.weights.filter((weight) => weight !== 0).length,
    },
    measures,
    nGrams: weightyNGrams(model, data.splits.train),
    warnings: discriminatorWarnings({
      data,
      measures,
      converged: training.converged,
      duplicates,
      texts,
    }),
  };
  return { model, report };
}

function languageOf(problems: readonly Problem[]): FeatureOptions['language'] {
  const languages = [...new Set(problems.map(({ language }) => language))];
  if (languages.length === 1) return languages[0];
  throw inputError(
    `trainDiscriminator: expected problems of one language, got ${languages.join(', ') || 'no problems'}. Train one discriminator per language.`,
  );
}

function countsOf({
  splits,
  duplicates,
}: Pick<
  ReturnType<typeof discriminatorData>,
  'splits' | 'duplicates'
>): DiscriminatorReport['counts'] {
  const count = (name: SplitName): DiscriminatorReport['counts'][SplitName] => {
    const references = splits[name].filter(({ isReference }) => isReference).length;
    return {
      units: new Set(splits[name].map(({ unit }) => unit)).size,
      references,
      completions: splits[name].length - references,
      duplicates: duplicates[name].length,
    };
  };
  const [train, calibration, test] = splitNames.map(count);
  return { train, calibration, test };
}

function sha256(rows: readonly (readonly (string | null)[])[]): string {
  return createHash('sha256').update(JSON.stringify(rows)).digest('hex');
}
