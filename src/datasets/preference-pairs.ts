import { inputError } from '../errors.js';
import type { PolicyTokenizer } from '../policy/index.js';
import { countDrop, type Drops } from './drops.js';
import { encodeCompletion, encodePrompt, promptTexts } from './encode-row.js';
import { checkWeightOptions, errorWeights, type TokenWeightOptions } from './error-weights.js';
import type { PreferenceRow } from './formats.js';
import { idColumn, idsColumn, isCutOff, spansColumn } from './row-columns.js';
import type { PreferencePair } from './rows.js';

export interface EncodeRowsOptions extends TokenWeightOptions {
  /** Tokens of prompt and completion together; what is beyond is cut off (TRL's `keep_start`). @default none */
  readonly maxLength?: number;
}

export interface EncodedPairs {
  pairs: PreferencePair[];
  /** Rows left out, by why. */
  dropped: Drops;
  /** Sides that were cut off at `maxLength`. */
  truncated: number;
  /** Pairs of which at least one side has its ids as sampled. */
  recorded: number;
}

/**
 * Preference rows as token ids: texts or conversations, and the recorded ids of a row where they are
 * this tokenizer's. A row is left out where its prompt alone fills `maxLength` (as TRL does), where the
 * sides are alike, or become so when cut, and where the cut takes all tokens that have a weight.
 */
export function preferencePairs(
  rows: Iterable<PreferenceRow>,
  tokenizer: PolicyTokenizer,
  options: EncodeRowsOptions = {},
): EncodedPairs {
  const { maxLength = Infinity, tokenWeights = 'uniform', cleanWeight = 0 } = options;
  checkMaxLength(maxLength, 'preferencePairs');
  checkWeightOptions(options, 'preferencePairs');
  const result: EncodedPairs = { pairs: [], dropped: {}, truncated: 0, recorded: 0 };
  const { pairs, dropped } = result;
  for (const row of rows) {
    const texts = promptTexts(tokenizer, row.prompt, [row.chosen, row.rejected]);
    const promptIds = encodePrompt(tokenizer, texts.prompt);
    if (promptIds.length >= maxLength) {
      countDrop(dropped, 'prompt fills maxLength');
      continue;
    }
    const [chosen, rejected] = ['chosen', 'rejected'].map((side, i) =>
      encodeCompletion(tokenizer, {
        text: texts.completions[i],
        promptIds,
        recorded: {
          promptIds: idsColumn(row, 'prompt_ids'),
          completionIds: idsColumn(row, `${side}_ids`),
        },
        isEnded: texts.isEnded || isCutOff(row, `${side}_finish_reason`),
      }),
    );
    const room = maxLength - promptIds.length;
    const [chosenIds, rejectedIds] = [chosen, rejected].map(({ ids }) => ids.slice(0, room));
    if (chosenIds.length === 0 || rejectedIds.length === 0) {
      countDrop(dropped, 'an empty side');
      continue;
    }
    if (alike(chosenIds, rejectedIds)) {
      countDrop(
        dropped,
        alike(chosen.ids, rejected.ids) ? 'sides alike' : 'sides alike within maxLength',
      );
      continue;
    }
    const pair: PreferencePair = { id: idColumn(row), promptIds, chosenIds, rejectedIds };
    if (tokenWeights === 'errors') {
      const whole = errorWeights(
        spansColumn(row, 'rejected_spans'),
        rejected.offsets(),
        cleanWeight,
      );
      const weights = whole?.slice(0, room) ?? rejectedIds.map(() => 1);
      if (weights.every((weight) => weight === 0)) {
        countDrop(dropped, 'errors behind maxLength');
        continue;
      }
      pair.chosenWeights = chosenIds.map(() => 1);
      pair.rejectedWeights = weights;
    }
    if (chosen.recorded || rejected.recorded) result.recorded++;
    result.truncated += [chosen, rejected].filter(({ ids }) => ids.length > room).length;
    pairs.push(pair);
  }
  if (pairs.length === 0) throw noneLeft('preferencePairs', 'pair', dropped);
  return result;
}

function alike(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((id, t) => id === other[t]);
}

export function checkMaxLength(maxLength: number, where: string): void {
  if (maxLength === Infinity || (Number.isInteger(maxLength) && maxLength >= 2)) return;
  throw inputError(
    `${where}: expected maxLength to be a whole number of tokens of at least 2, got ${maxLength}.`,
  );
}

export function noneLeft(where: string, what: string, dropped: Drops): Error {
  const reasons = Object.entries(dropped).map(([reason, count]) => `${count} ${reason}`);
  return inputError(
    `${where}: expected at least one ${what} to learn from, got none${reasons.length > 0 ? ` (left out: ${reasons.join(', ')}). Raise maxLength, or build the set anew` : '. Give a set with rows'}.`,
  );
}
