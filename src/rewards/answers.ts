import { isSameNumber, lenientAnswer, type FoundAnswer } from '../diagnostics/arithmetic-answer.js';
import { byteOffsetOfIndex } from '../diagnostics/index.js';
import type { RewardSpan, Rollout } from '../records.js';
import { requireVerdict } from './sanitizer.js';

/** `strict`: the number in the form that the problem demands. `lenient`: the last number of the completion. */
export const answerReadings = ['strict', 'lenient'] as const;

export type AnswerReading = (typeof answerReadings)[number];

/** What a verdict says about an answer, as one reading sees it. */
export interface AnswerFacts {
  /** Why nothing can be said, or `null`. */
  unscorable: 'sandbox_error' | 'no gold answer' | null;
  prediction: string | null;
  groundTruth: string | null;
  correct: boolean;
}

/** Records from before there was a lenient prediction have it worked out from the stored completion. */
export function answerFacts(reward: string, rollout: Rollout, reading: AnswerReading): AnswerFacts {
  const verdict = requireVerdict(reward, rollout);
  const { outcome, groundTruth } = verdict;
  const unscorable =
    outcome === 'sandbox_error' ? outcome : groundTruth === null ? 'no gold answer' : null;
  if (unscorable !== null || groundTruth === null || reading === 'strict') {
    const { prediction, correct } = verdict;
    return { unscorable, prediction, groundTruth, correct };
  }
  const { lenientPrediction = lenientAnswer(rollout.completion)?.value ?? null } = verdict;
  const {
    lenientCorrect = lenientPrediction !== null && isSameNumber(lenientPrediction, groundTruth),
  } = verdict;
  return { unscorable, prediction: lenientPrediction, groundTruth, correct: lenientCorrect };
}

/** Where the last number of the completion stands, as a span of -1; for a wrong lenient answer. */
export function lastNumberSpan(completion: string): RewardSpan[] {
  const found: FoundAnswer | null = lenientAnswer(completion);
  if (found === null) return [];
  const start = byteOffsetOfIndex(completion, found.start);
  const end = byteOffsetOfIndex(completion, found.end);
  return [{ start, end, value: -1, label: 'wrong-answer' }];
}
