/** How well a discriminator does on texts that it was neither trained nor calibrated on. */
import { createRandom } from '../../algorithms/index.js';
import { quantile } from '../../evaluation/bootstrap.js';
import type { Interval } from '../../evaluation/index.js';
import type { Outcome } from '../../records.js';
import { sortedAuc } from '../../rewards/discriminator/auc.js';
import { uncalibrated } from '../../rewards/discriminator/calibration.js';
import { textNGrams } from '../../rewards/discriminator/features.js';
import { balancedWeights } from '../../rewards/discriminator/logistic.js';
import {
  auc,
  calibrationErrors,
  discriminatorDecision,
  plattProbability,
  type CalibrationErrors,
  type Discriminator,
} from '../../rewards/index.js';
import type { DiscriminatorText } from './texts.js';

export interface DiscriminatorMeasures {
  /** Area under the ROC curve, with its 95 % percentile bootstrap over units. */
  auc: Interval;
  /** Of the number of tokens alone: 0.5 says nothing, below it references are shorter. */
  lengthAuc: Interval;
  /** With the completions that were dropped because they have the form of their reference. */
  aucWithDuplicates: number;
  /** Before and after Platt scaling; both classes weigh the same. */
  before: CalibrationErrors;
  after: CalibrationErrors;
  /** Completions by outcome: mean probability, and the AUC of the references against them alone. */
  outcomes: { outcome: Outcome; completions: number; probability: number; auc: number }[];
  /** Mean probability of the references. */
  references: number;
  /** Most confidently wrong first. */
  wrong: { references: ScoredText[]; completions: ScoredText[] };
}

export interface ScoredText {
  id: string;
  outcome: Outcome | null;
  probability: number;
  text: string;
}

export interface MeasureOptions {
  /** @default 0 */
  readonly seed?: number | string;
  /** @default 2000 */
  readonly resamples?: number;
  /** Wrong ones that are shown of each class. @default 3 */
  readonly examples?: number;
}

/** @param dropped completions of the test part that have the form of their reference */
export function measureDiscriminator(
  model: Discriminator,
  texts: readonly DiscriminatorText[],
  dropped: readonly DiscriminatorText[],
  { seed = 0, resamples = 2000, examples = 3 }: MeasureOptions = {},
): DiscriminatorMeasures {
  const labels = texts.map(({ isReference }) => isReference);
  const units = texts.map(({ unit }) => unit);
  const decisions = texts.map(({ text }) => discriminatorDecision(model, text));
  const weights = balancedWeights(labels);
  const probabilities = decisions.map((decision) => plattProbability(model.calibration, decision));
  const lengths = texts.map(({ text }) => textNGrams(text, model.features).tokens.length);
  const interval = (scores: readonly number[], label: string): Interval =>
    aucInterval(scores, labels, units, { seed: `${seed}/${label}`, resamples });
  const all = [...decisions, ...dropped.map(({ text }) => discriminatorDecision(model, text))];
  const scored = texts.map(({ id, outcome, isReference, text }, i) => ({
    isReference,
    scored: { id, outcome, probability: probabilities[i], text },
  }));
  const references = scored.flatMap((one) => (one.isReference ? [one.scored] : []));
  const completions = scored.flatMap((one) => (one.isReference ? [] : [one.scored]));
  return {
    auc: interval(decisions, 'auc'),
    lengthAuc: interval(lengths, 'length'),
    aucWithDuplicates: auc(all, [...labels, ...dropped.map(() => false)]),
    before: calibrationErrors(
      decisions.map((decision) => plattProbability(uncalibrated, decision)),
      labels,
      weights,
    ),
    after: calibrationErrors(probabilities, labels, weights),
    outcomes: byOutcome(references, completions),
    references: meanProbability(references),
    wrong: {
      references: [...references].sort((a, b) => a.probability - b.probability).slice(0, examples),
      completions: [...completions]
        .sort((a, b) => b.probability - a.probability)
        .slice(0, examples),
    },
  };
}

/**
 * AUC with its percentile bootstrap: a resample draws units (problems) with replacement, all texts of a
 * unit with it. Resamples that draw one class alone are drawn again.
 */
export function aucInterval(
  scores: readonly number[],
  labels: readonly boolean[],
  units: readonly string[],
  { seed, resamples }: { seed: number | string; resamples: number },
): Interval {
  const of = sortedAuc(scores, labels);
  const names = [...new Set(units)];
  const place = new Map(names.map((name, i) => [name, i]));
  const unitOf = units.map((unit) => place.get(unit) ?? 0);
  const random = createRandom(`discriminator/bootstrap/${seed}`);
  const values = new Float64Array(resamples);
  for (let b = 0; b < resamples; b++) {
    do {
      const drawn = new Float64Array(names.length);
      for (let i = 0; i < names.length; i++) drawn[random.int(names.length)]++;
      values[b] = of(unitOf.map((unit) => drawn[unit]));
    } while (Number.isNaN(values[b]));
  }
  values.sort();
  return {
    value: of(new Float64Array(scores.length).fill(1)),
    low: quantile(values, 0.025),
    high: quantile(values, 0.975),
  };
}

function byOutcome(
  references: readonly ScoredText[],
  completions: readonly ScoredText[],
): DiscriminatorMeasures['outcomes'] {
  const outcomes = new Map<Outcome, ScoredText[]>();
  for (const completion of completions) {
    const { outcome } = completion;
    if (outcome === null) continue;
    outcomes.set(outcome, [...(outcomes.get(outcome) ?? []), completion]);
  }
  return [...outcomes]
    .map(([outcome, own]) => ({
      outcome,
      completions: own.length,
      probability: meanProbability(own),
      auc: auc(
        [...references, ...own].map(({ probability }) => probability),
        [...references.map(() => true), ...own.map(() => false)],
      ),
    }))
    .sort((a, b) => b.completions - a.completions || (a.outcome < b.outcome ? -1 : 1));
}

function meanProbability(texts: readonly ScoredText[]): number {
  return texts.reduce((sum, { probability }) => sum + probability, 0) / texts.length;
}
