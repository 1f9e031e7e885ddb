import { inputError } from '../errors.js';
import type { PolicyTokenizer } from '../policy/index.js';
import type { ChatMessage } from '../records.js';
import type { TextOrMessages } from './formats.js';

/** A prompt and completions of it, as texts that a policy reads and writes. */
export interface PromptTexts {
  prompt: string;
  completions: string[];
  /** The chat template ends the turns: no end token is to be added. */
  isEnded: boolean;
}

export interface EncodedCompletion {
  ids: number[];
  /** The ids are those that were sampled. */
  recorded: boolean;
  /** Byte offsets of the ids in the completion's text: ids + 1. */
  offsets: () => number[];
}

export interface RecordedIds {
  promptIds: readonly number[] | null;
  completionIds: readonly number[] | null;
}

/**
 * Texts of a prompt and its completions; conversations go through the chat template, and the prompt is
 * then what all begin with (a template may write more behind the prompt than before an answer).
 */
export function promptTexts(
  tokenizer: PolicyTokenizer,
  prompt: TextOrMessages,
  completions: readonly TextOrMessages[],
): PromptTexts {
  if (typeof prompt === 'string')
    return { prompt, completions: completions.map(String), isEnded: false };
  const wholes = completions.map((completion) =>
    tokenizer.renderChat([...prompt, ...(completion as ChatMessage[])], {
      addGenerationPrompt: false,
    }),
  );
  const shared = wholes.reduce(commonPrefix, tokenizer.renderChat(prompt));
  return {
    prompt: shared,
    completions: wholes.map((whole) => whole.slice(shared.length)),
    isEnded: true,
  };
}

/** The ids of a prompt; an empty one is the end token, since something must predict the first token. */
export function encodePrompt(tokenizer: PolicyTokenizer, prompt: string): number[] {
  const ids = tokenizer.encode(prompt);
  return ids.length > 0 ? ids : [endToken(tokenizer)];
}

/**
 * The ids of a completion. Those recorded when it was sampled count where this tokenizer gives the
 * same prompt ids and they stand for the same text: tokens are not made again from text, which may cut
 * it elsewhere. Else the text is encoded, apart from its prompt as when sampling, and closed by the end
 * token, unless it was cut off or ends in one.
 */
export function encodeCompletion(
  tokenizer: PolicyTokenizer,
  input: {
    text: string;
    promptIds: readonly number[];
    recorded: RecordedIds;
    /** Add no end token. */
    isEnded: boolean;
  },
): EncodedCompletion {
  const { text, promptIds, recorded, isEnded } = input;
  const { completionIds } = recorded;
  if (
    completionIds !== null &&
    sameIds(recorded.promptIds, promptIds) &&
    completionIds.every((id) => id < tokenizer.vocabSize) &&
    // Behind a stop string there are tokens that the text does not show.
    tokenizer.decode(completionIds).startsWith(text)
  ) {
    const ids = [...completionIds];
    return { ids, recorded: true, offsets: () => tokenizer.byteOffsets(ids) };
  }
  const ids = tokenizer.encode(text, { addSpecialTokens: false });
  const end = endToken(tokenizer);
  if (!isEnded && ids[ids.length - 1] !== end) ids.push(end);
  return { ids, recorded: false, offsets: () => shiftedOffsets(tokenizer, ids, text) };
}

/** The end token, or an error that says where to name one. */
export function endToken({ eosTokenId }: PolicyTokenizer): number {
  if (eosTokenId >= 0) return eosTokenId;
  throw inputError(
    'Encoding a data set: expected a tokenizer with an end token, got none. Name eos_token in tokenizer_config.json.',
  );
}

/** A SentencePiece encoder puts a blank in front, which the text does not have. */
function shiftedOffsets(
  tokenizer: PolicyTokenizer,
  ids: readonly number[],
  text: string,
): number[] {
  const decoded = tokenizer.decode(ids);
  const blanks = decoded.startsWith(' ') && !text.startsWith(' ') ? 1 : 0;
  return tokenizer.byteOffsets(ids).map((offset) => Math.max(0, offset - blanks));
}

function commonPrefix(one: string, other: string): string {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  return one.slice(0, at);
}

function sameIds(one: readonly number[] | null, other: readonly number[]): boolean {
  return one !== null && one.length === other.length && one.every((id, i) => id === other[i]);
}
