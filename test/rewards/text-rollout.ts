import { readFileSync } from 'node:fs';
import path from 'node:path';
import { checkAnswer } from '../../src/diagnostics/index.js';
import type { RewardResult, Rollout } from '../../src/records.js';
import { scoreRollouts, type RewardFunction } from '../../src/rewards/index.js';
import { exampleRollout, exampleVerdict } from '../rollouts/example-rollout.js';

/** A rollout of this completion, one token for each character, its code the id; nobody has judged it. */
export function textRollout(completion: string, changes: Partial<Rollout> = {}): Rollout {
  const characters = [...completion];
  const byteOffsets = [0];
  for (const character of characters) {
    byteOffsets.push(byteOffsets[byteOffsets.length - 1] + Buffer.byteLength(character));
  }
  return idsRollout(
    characters.map((character) => character.codePointAt(0) ?? 0),
    { completion, byteOffsets, ...changes },
  );
}

/** A rollout of these token ids, one byte each. */
export function idsRollout(completionIds: number[], changes: Partial<Rollout> = {}): Rollout {
  return exampleRollout({
    completion: 'x'.repeat(completionIds.length),
    completionIds,
    completionMask: completionIds.map(() => 1),
    logprobs: completionIds.map(() => -1),
    byteOffsets: [...completionIds, 0].map((_, index) => index),
    ...changes,
  });
}

/** A maths answer as the judge sees it. */
export function answerRollout(completion: string, answer: string | null): Rollout {
  const { outcome, diagnostics, prediction, groundTruth, correct, formatOk, ...check } =
    checkAnswer(completion, answer);
  const { lenientPrediction, lenientCorrect, testsPassed, testsTotal } = check;
  return textRollout(completion, {
    task: 'gsm8k',
    verdict: exampleVerdict(outcome, {
      ...{ diagnostics, prediction, groundTruth, correct, formatOk, lenientPrediction },
      ...{ lenientCorrect, testsPassed, testsTotal },
    }),
  });
}

/** The result of one rollout, and the text under each of its spans. */
export async function resultOf(
  reward: RewardFunction,
  rollout: Rollout,
  ...problems: Parameters<typeof scoreRollouts>[2][]
): Promise<RewardResult & { blamed: string[] }> {
  const [scored] = await scoreRollouts([rollout], [reward], problems[0]);
  const [result] = scored.rewards ?? [];
  const bytes = Buffer.from(rollout.completion);
  return {
    ...result,
    blamed: result.spans.map(({ start, end }) => bytes.toString('utf8', start, end)),
  };
}

export interface Golden {
  repetition: {
    options: { ngram_size: number; max_penalty: number };
    ids: number[][];
    scores: number[];
  }[];
  overlong: {
    options: { max_completion_len: number; soft_punish_cache: number };
    lengths: number[];
    scores: number[];
  }[];
  cosine: {
    options: Record<string, number>;
    lengths: number[];
    correct: (boolean | null)[];
    scores: (number | null)[];
  }[];
  thinkFormat: { texts: string[]; scores: number[] };
}

/** What TRL's own rewards gave; test/golden/rewards/make.py ran them. */
export const golden = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../golden/rewards/golden.json'), 'utf8'),
) as Golden;
