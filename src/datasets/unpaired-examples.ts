import type { PolicyTokenizer } from '../policy/index.js';
import { countDrop, type Drops } from './drops.js';
import { encodeCompletion, encodePrompt, promptTexts } from './encode-row.js';
import { checkWeightOptions, errorWeights } from './error-weights.js';
import type { UnpairedPreferenceRow } from './formats.js';
import { checkMaxLength, noneLeft, type EncodeRowsOptions } from './preference-pairs.js';
import { idColumn, idsColumn, isCutOff, spansColumn } from './row-columns.js';
import type { UnpairedExample } from './rows.js';

export interface EncodedExamples {
  examples: UnpairedExample[];
  /** Rows left out, by why. */
  dropped: Drops;
  /** Completions that were cut off at `maxLength`. */
  truncated: number;
  /** Completions with their ids as sampled. */
  recorded: number;
}

/** Unpaired rows as token ids, as `preferencePairs`; undesirable completions may be weighted by their errors. */
export function unpairedExamples(
  rows: Iterable<UnpairedPreferenceRow>,
  tokenizer: PolicyTokenizer,
  options: EncodeRowsOptions = {},
): EncodedExamples {
  const { maxLength = Infinity, tokenWeights = 'uniform', cleanWeight = 0 } = options;
  checkMaxLength(maxLength, 'unpairedExamples');
  checkWeightOptions(options, 'unpairedExamples');
  const result: EncodedExamples = { examples: [], dropped: {}, truncated: 0, recorded: 0 };
  const { examples, dropped } = result;
  for (const row of rows) {
    const texts = promptTexts(tokenizer, row.prompt, [row.completion]);
    const promptIds = encodePrompt(tokenizer, texts.prompt);
    const room = maxLength - promptIds.length;
    if (room <= 0) {
      countDrop(dropped, 'prompt fills maxLength');
      continue;
    }
    const completion = encodeCompletion(tokenizer, {
      text: texts.completions[0],
      promptIds,
      recorded: {
        promptIds: idsColumn(row, 'prompt_ids'),
        completionIds: idsColumn(row, 'completion_ids'),
      },
      isEnded: texts.isEnded || isCutOff(row, 'finish_reason'),
    });
    const completionIds = completion.ids.slice(0, room);
    if (completionIds.length === 0) {
      countDrop(dropped, 'an empty completion');
      continue;
    }
    const { label } = row;
    const example: UnpairedExample = { id: idColumn(row), promptIds, completionIds, label };
    if (tokenWeights === 'errors') {
      const whole = label
        ? null
        : errorWeights(spansColumn(row, 'spans'), completion.offsets(), cleanWeight);
      const weights = whole?.slice(0, room) ?? completionIds.map(() => 1);
      if (weights.every((weight) => weight === 0)) {
        countDrop(dropped, 'errors behind maxLength');
        continue;
      }
      example.weights = weights;
    }
    if (completion.recorded) result.recorded++;
    if (completion.ids.length > room) result.truncated++;
    examples.push(example);
  }
  if (examples.length === 0) throw noneLeft('unpairedExamples', 'row', dropped);
  return result;
}
