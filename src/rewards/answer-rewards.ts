import { inputError } from '../errors.js';
import type { RewardSpan, Rollout } from '../records.js';
import { answerFacts, lastNumberSpan, type AnswerReading } from './answers.js';
import {
  rewardOfEach,
  type RewardBase,
  type RewardFunction,
  type RewardScore,
} from './reward-function.js';
import { findingSpans } from './sanitizer.js';

export interface AnswerStrictOptions extends RewardBase {
  /** The right number in the demanded form. @default 1 */
  readonly correct?: number;
  /** A wrong number in that form. @default 0.1 */
  readonly wrong?: number;
  /** No number in that form. @default 0 */
  readonly noAnswer?: number;
}

/**
 * A maths answer in the demanded form (`#### 42`, or `Final: 42` at the end): 1 right, 0.1 wrong, 0
 * without it (the reward of simple_grpo). A wrong number is blamed with a span of -1. `null` where the
 * problem has no gold answer and where our own tooling broke.
 */
export function answerStrict(options: AnswerStrictOptions = {}): RewardFunction {
  const { correct = 1, wrong = 0.1, noAnswer = 0 } = options;
  return rewardOfEach('answer_strict', options, (rollout, name): RewardScore => {
    const facts = answerFacts(name, rollout, 'strict');
    const { unscorable, prediction } = facts;
    if (unscorable !== null) return { score: null, log: { unscorable } };
    const log = { prediction, correct: facts.correct };
    if (facts.correct) return { score: correct, log };
    if (prediction === null) return { score: noAnswer, log };
    return { score: wrong, spans: wrongAnswerSpans(rollout, 'strict'), log };
  });
}

/**
 * 1 when the last number of the completion, whatever the form, is the right one, else 0. A wrong number
 * is blamed with a span of -1. `null` as of `answerStrict`.
 */
export function answerLenient(options: RewardBase = {}): RewardFunction {
  return rewardOfEach('answer_lenient', options, (rollout, name): RewardScore => {
    const { unscorable, prediction, correct } = answerFacts(name, rollout, 'lenient');
    if (unscorable !== null) return { score: null, log: { unscorable } };
    const log = { prediction, correct };
    if (correct) return { score: 1, log };
    return { score: 0, spans: wrongAnswerSpans(rollout, 'lenient'), log };
  });
}

export interface NumericDistanceOptions extends RewardBase {
  /** Which number is the prediction. @default 'strict' */
  readonly reading?: AnswerReading;
  /** The relative distance at which nothing is left. @default 1 */
  readonly tolerance?: number;
  /** What a wrong number can come near to; below 1, so that no near miss is as good as the answer. @default 0.5 */
  readonly partialCredit?: number;
}

/**
 * Partial credit for a number near the right one. p: prediction, g: gold answer.
 *   d     = |p - g| / max(|g|, 1)
 *   score = 1 where p = g, else partialCredit * max(0, 1 - d / tolerance); 0 without a number
 * A wrong number is blamed with a span of -1. `null` as of `answerStrict`.
 */
export function numericDistance(options: NumericDistanceOptions = {}): RewardFunction {
  const { reading = 'strict', tolerance = 1, partialCredit = 0.5 } = options;
  if (!(tolerance > 0 && Number.isFinite(tolerance) && partialCredit >= 0 && partialCredit <= 1)) {
    throw inputError(
      `numericDistance: expected tolerance above 0 and partialCredit from 0 to 1, got ${tolerance} and ${partialCredit}.`,
    );
  }
  return rewardOfEach('numeric_distance', options, (rollout, name): RewardScore => {
    const facts = answerFacts(name, rollout, reading);
    const { unscorable, prediction, groundTruth, correct } = facts;
    if (unscorable !== null) return { score: null, log: { unscorable } };
    if (correct) return { score: 1, log: { prediction, distance: 0 } };
    if (prediction === null) return { score: 0, log: { prediction, distance: null } };
    const gold = Number(groundTruth);
    const distance = Math.abs(Number(prediction) - gold) / Math.max(Math.abs(gold), 1);
    const score = partialCredit * Math.max(0, 1 - distance / tolerance);
    return { score, spans: wrongAnswerSpans(rollout, reading), log: { prediction, distance } };
  });
}

function wrongAnswerSpans(rollout: Rollout, reading: AnswerReading): RewardSpan[] {
  if (reading === 'lenient') return lastNumberSpan(rollout.completion);
  const { diagnostics = [] } = rollout.verdict ?? {};
  return findingSpans(diagnostics.filter(({ kind }) => kind === 'wrong-answer'));
}
