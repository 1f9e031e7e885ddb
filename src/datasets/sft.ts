import { inputError } from '../errors.js';
import type { PolicyTokenizer, TokenSequence } from '../policy/index.js';

/** TRL's prompt-completion format. */
export interface PromptCompletion {
  prompt: string;
  completion: string;
}

export interface SftSet {
  sequences: TokenSequence[];
  /** Examples left out because they are longer than `maxLength`. */
  dropped: number;
}

/**
 * Token sequences to imitate. Prompt and completion are encoded apart, as when sampling, and the
 * completion ends with the end token, so that the policy learns to stop. An empty prompt becomes the
 * end token alone: something must predict the first token.
 * @param options.maxLength tokens of prompt and completion together; longer examples are left out
 * @param options.completionOnlyLoss false learns the prompt too: all but its first token move to the
 *   completion
 */
export function sftSequences(
  examples: Iterable<PromptCompletion>,
  tokenizer: PolicyTokenizer,
  options: { readonly maxLength?: number; readonly completionOnlyLoss?: boolean } = {},
): SftSet {
  const { maxLength = Infinity, completionOnlyLoss = true } = options;
  const { eosTokenId } = tokenizer;
  if (eosTokenId < 0) {
    throw inputError(
      'sftSequences: expected a tokenizer with an end token, got none. Name eos_token in tokenizer_config.json.',
    );
  }
  const sequences: TokenSequence[] = [];
  // Corpora repeat their prompts: each is encoded once.
  const promptIdsOf = new Map<string, number[]>();
  let dropped = 0;
  for (const { prompt, completion } of examples) {
    const known = promptIdsOf.get(prompt);
    const encoded = known ?? tokenizer.encode(prompt);
    if (!known) promptIdsOf.set(prompt, encoded);
    const promptIds = encoded.length > 0 ? encoded : [eosTokenId];
    const completionIds = [
      ...tokenizer.encode(completion, { addSpecialTokens: false }),
      eosTokenId,
    ];
    if (promptIds.length + completionIds.length > maxLength) dropped++;
    else if (completionOnlyLoss) sequences.push({ promptIds, completionIds });
    else {
      sequences.push({
        promptIds: promptIds.slice(0, 1),
        completionIds: [...promptIds.slice(1), ...completionIds],
      });
    }
  }
  return { sequences, dropped };
}
