import { inputError } from '../errors.js';
import type { PolicyTokenizer, TokenSequence } from '../policy/index.js';
import type { ChatMessage } from '../records.js';
import { encodeCompletion, encodePrompt, endToken, promptTexts } from './encode-row.js';
import type { LanguageModelingRow, PromptCompletionRow } from './formats.js';
import { checkMaxLength } from './preference-pairs.js';
import { idsColumn, isCutOff } from './row-columns.js';

/** TRL's prompt-completion format, as texts. */
export interface PromptCompletion {
  prompt: string;
  completion: string;
}

/** A row to imitate: prompt and completion, or a text or conversation as a whole. */
export type SftRow = PromptCompletion | PromptCompletionRow | LanguageModelingRow;

export interface SftOptions {
  /** Tokens of prompt and completion together. @default no limit */
  readonly maxLength?: number;
  /** What is longer is left out, or cut off behind `maxLength` (TRL's `keep_start`). @default 'drop' */
  readonly truncationMode?: 'drop' | 'keep_start';
  /** False learns the prompt too: all but its first token move to the completion. @default true */
  readonly completionOnlyLoss?: boolean;
  /** Of conversations, only what the assistant says is learned. @default false */
  readonly assistantOnlyLoss?: boolean;
  /** Rows at most, from the first. @default all */
  readonly datasetSize?: number;
}

export interface SftSet {
  sequences: TokenSequence[];
  /** Sequences left out because they, or their prompts alone, are longer than `maxLength`. */
  dropped: number;
  /** Sequences that were cut off at `maxLength`. */
  truncated: number;
}

/**
 * Token sequences to imitate. Prompt and completion are encoded apart, as when sampling, and the
 * completion ends with the end token, so that the policy learns to stop; a conversation ends as its
 * chat template ends it. An empty prompt becomes the end token alone: something must predict the first
 * token. `assistantOnlyLoss` gives one sequence for each of the assistant's turns, with all before it
 * as its prompt: the tokens of TRL's mask, in more sequences. What opens the turn is prompt here, as it
 * is when sampling; TRL's template for Qwen2.5 learns the line feed behind `assistant` too.
 */
export function sftSequences(
  examples: Iterable<SftRow>,
  tokenizer: PolicyTokenizer,
  options: SftOptions = {},
): SftSet {
  const { maxLength = Infinity, truncationMode = 'drop', datasetSize = Infinity } = options;
  const { completionOnlyLoss = true } = options;
  checkMaxLength(maxLength, 'sftSequences');
  endToken(tokenizer);
  // Corpora repeat their prompts: each is encoded once.
  const known = new Map<string, number[]>();
  const promptIdsOf = (prompt: string): number[] => {
    const ids = known.get(prompt) ?? encodePrompt(tokenizer, prompt);
    known.set(prompt, ids);
    return ids;
  };
  const set: SftSet = { sequences: [], dropped: 0, truncated: 0 };
  let rows = 0;
  for (const row of examples) {
    if (rows++ >= datasetSize) break;
    for (const sequence of encoded(row, tokenizer, promptIdsOf, options)) {
      const { promptIds, completionIds } = completionOnlyLoss ? sequence : learnedWhole(sequence);
      const room = maxLength - promptIds.length;
      if (completionIds.length > room) {
        if (truncationMode === 'drop' || room < 1) {
          set.dropped++;
          continue;
        }
        set.truncated++;
      }
      set.sequences.push({ promptIds, completionIds: completionIds.slice(0, room) });
    }
  }
  return set;
}

function learnedWhole({ promptIds, completionIds }: TokenSequence): TokenSequence {
  return {
    promptIds: promptIds.slice(0, 1),
    completionIds: [...promptIds.slice(1), ...completionIds],
  };
}

function encoded(
  row: SftRow,
  tokenizer: PolicyTokenizer,
  promptIdsOf: (prompt: string) => number[],
  { assistantOnlyLoss = false }: SftOptions,
): TokenSequence[] {
  const conversation = conversationOf(row);
  if (assistantOnlyLoss) {
    if (conversation === null)
      throw inputError(
        `sftSequences: expected conversations for assistantOnlyLoss, got a row of texts. Leave it off: completionOnlyLoss already learns completions alone.`,
      );
    return assistantTurns(conversation, tokenizer, promptIdsOf);
  }
  if ('prompt' in row && row.prompt !== undefined) {
    const { prompt, completion } = row as PromptCompletionRow;
    const texts = promptTexts(tokenizer, prompt, [completion]);
    const promptIds = promptIdsOf(texts.prompt);
    const { ids } = encodeCompletion(tokenizer, {
      text: texts.completions[0],
      promptIds,
      recorded: {
        promptIds: idsColumn(row as PromptCompletionRow, 'prompt_ids'),
        completionIds: idsColumn(row as PromptCompletionRow, 'completion_ids'),
      },
      isEnded: texts.isEnded || isCutOff(row as PromptCompletionRow, 'finish_reason'),
    });
    return [{ promptIds, completionIds: ids }];
  }
  const { text, messages } = row as LanguageModelingRow;
  const whole = messages
    ? tokenizer.renderChat(messages, { addGenerationPrompt: false })
    : (text ?? '');
  const ids = tokenizer.encode(whole);
  const end = endToken(tokenizer);
  if (messages === undefined && ids[ids.length - 1] !== end) ids.push(end);
  if (ids.length < 2) ids.unshift(end);
  // There is no prompt: the first token only stands for one.
  return [{ promptIds: ids.slice(0, 1), completionIds: ids.slice(1) }];
}

/** The messages of a row and from which on they may be learned; `null` for texts. */
function conversationOf(row: SftRow): { messages: ChatMessage[]; from: number } | null {
  if ('messages' in row && Array.isArray(row.messages))
    return { messages: row.messages as ChatMessage[], from: 0 };
  const { prompt, completion } = row as PromptCompletionRow;
  if (!Array.isArray(prompt) || !Array.isArray(completion)) return null;
  return { messages: [...prompt, ...completion], from: prompt.length };
}

function assistantTurns(
  { messages, from }: { messages: ChatMessage[]; from: number },
  tokenizer: PolicyTokenizer,
  promptIdsOf: (prompt: string) => number[],
): TokenSequence[] {
  return messages.flatMap((message, i) => {
    if (message.role !== 'assistant' || i < from) return [];
    const texts = promptTexts(tokenizer, messages.slice(0, i), [[message]]);
    return [
      {
        promptIds: promptIdsOf(texts.prompt),
        completionIds: tokenizer.encode(texts.completions[0], { addSpecialTokens: false }),
      },
    ];
  });
}
