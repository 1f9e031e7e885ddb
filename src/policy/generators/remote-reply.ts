import { z } from 'zod';
import { environmentError } from '../../errors.js';
import type { FinishReason, SamplingSettings } from '../../records.js';
import { createCompletionText } from '../sampling/completion-text.js';
import type { PolicyTokenizer } from '../types.js';
import { utf8Bytes } from '../tokenizer/utf8.js';
import type { ServerKind } from './remote-server.js';

/** One completion of a reply; `null` where the server does not tell. */
export interface Choice {
  completion: string;
  finishReason: FinishReason;
  promptIds: number[] | null;
  completionIds: number[] | null;
  /** As given, whatever they are of. */
  given: number[] | null;
  byteOffsets: number[] | null;
}

const ids = z.array(z.int().nonnegative()).nullish();
const logprobsSchema = z
  .object({
    tokens: z.array(z.string()).nullish(),
    token_logprobs: z.array(z.number().nullable()).nullish(),
    content: z
      .array(
        z.object({
          token: z.string().nullish(),
          logprob: z.number().nullish(),
          bytes: z.array(z.number()).nullish(),
          /** llama.cpp */
          id: z.int().nonnegative().nullish(),
        }),
      )
      .nullish(),
  })
  .nullish();
const choiceSchema = z.object({
  index: z.int().nullish(),
  text: z.string().nullish(),
  message: z.object({ content: z.string().nullish() }).nullish(),
  finish_reason: z.string().nullish(),
  logprobs: logprobsSchema,
  /** vLLM, with return_token_ids. */
  token_ids: ids,
  prompt_token_ids: ids,
});
const replySchema = z.object({ choices: z.array(choiceSchema).min(1), prompt_token_ids: ids });

/** The choices of a reply, in order of their index. */
export function readReply(
  reply: unknown,
  where: string,
  options: { tokenizer: PolicyTokenizer | null; stop: readonly string[] },
): Choice[] {
  const parsed = replySchema.safeParse(reply);
  if (!parsed.success) {
    throw environmentError(
      `${where} gave a reply without completions (${z.prettifyError(parsed.error).replace(/\s+/g, ' ')}): ${JSON.stringify(reply).slice(0, 300)}. Expected OpenAI's "choices".`,
    );
  }
  const { choices, prompt_token_ids: promptIds } = parsed.data;
  const sorted = choices
    .map((choice, place) => ({ choice, index: choice.index ?? place }))
    .sort((a, b) => a.index - b.index);
  return sorted.map(({ choice }) => {
    const completion = choice.text ?? choice.message?.content ?? '';
    const logprobs = choice.logprobs ?? {};
    const content = logprobs.content ?? null;
    const spellings = content?.map(({ token }) => token ?? '') ?? logprobs.tokens ?? [];
    const completionIds =
      choice.token_ids ?? idsOfSpellings(spellings) ?? allOf(content?.map(({ id }) => id));
    const values = content?.map(({ logprob }) => logprob) ?? logprobs.token_logprobs;
    const given = allOf(values ?? undefined);
    const finishReason = finishReasonOf(choice.finish_reason ?? null);
    return {
      completion,
      finishReason,
      promptIds: choice.prompt_token_ids ?? promptIds ?? null,
      completionIds,
      // Values that do not belong to the ids one by one are no use.
      given: completionIds !== null && given?.length !== completionIds.length ? null : given,
      byteOffsets: offsetsOf(
        completion,
        tokenBytes(completionIds, allOf(content?.map(({ bytes }) => bytes)), options.tokenizer),
        options.stop,
      ),
    };
  });
}

function finishReasonOf(reason: string | null): FinishReason {
  switch (reason) {
    case 'length':
    case 'max_tokens':
      return 'length';
    case 'stop':
    case 'eos_token':
    case 'stop_sequence':
    case 'tool_calls':
    case 'function_call':
      return 'stop';
    default:
      return 'cancelled'; // 'abort', a filter, or none: something else than the model ended it
  }
}

/** vLLM, with return_tokens_as_token_ids. */
function idsOfSpellings(tokens: readonly string[]): number[] | null {
  if (tokens.length === 0) return null;
  return allOf(tokens.map((token) => /^token_id:(\d+)$/.exec(token)?.[1]))?.map(Number) ?? null;
}

/** The values, if there are any and none is missing. */
function allOf<T>(values: readonly (T | null | undefined)[] | undefined): T[] | null {
  if (values === undefined || values.length === 0) return null;
  return values.every((value) => value !== null && value !== undefined) ? (values as T[]) : null;
}

function tokenBytes(
  completionIds: readonly number[] | null,
  bytes: readonly number[][] | null,
  tokenizer: PolicyTokenizer | null,
): Uint8Array[] | null {
  if (tokenizer !== null && completionIds !== null)
    return completionIds.map((id) => tokenizer.tokenBytes(id));
  return bytes?.map((part) => Uint8Array.from(part)) ?? null;
}

/**
 * Where the tokens start in the completion, from their bytes; `null` unless those bytes, up to a stop
 * string, are the completion. Some servers spell out the end token, which is no part of the text.
 */
function offsetsOf(
  completion: string,
  bytes: Uint8Array[] | null,
  stop: readonly string[],
): number[] | null {
  if (bytes === null) return null;
  const stops = stop.filter((text) => text !== '').map(utf8Bytes);
  const withoutEnd = [...bytes.slice(0, -1), new Uint8Array(0)];
  for (const parts of [bytes, withoutEnd]) {
    const text = createCompletionText((index) => parts[index], stops);
    parts.forEach((_, index) => text.push(index));
    const { completion: own, byteOffsets } = text.finish();
    if (own === completion) return byteOffsets;
  }
  return null;
}

/**
 * Which distribution the server's log-probabilities are of. `raw`: the model's own, as vLLM and
 * llama.cpp give them by default; under settings that leave that distribution as it is they are those
 * of the sampling too, and a greedy token has probability 1. `processed`: those of the sampling.
 */
export function assignLogprobs(
  given: number[] | null,
  mode: 'raw' | 'processed',
  kind: ServerKind,
  settings: SamplingSettings,
): { logprobs: number[] | null; plainLogprobs: number[] | null } {
  const { temperature, topK, topP, minP, repetitionPenalty = 1 } = settings;
  const isGreedy = temperature === 0;
  // Ollama's own defaults (top_k 40, a penalty) cannot be switched off through this API.
  const isPlain =
    kind !== 'ollama' &&
    temperature === 1 &&
    topK === 0 &&
    topP === 1 &&
    minP === 0 &&
    repetitionPenalty === 1;
  if (given === null) return { logprobs: null, plainLogprobs: null };
  if (mode === 'processed') return { logprobs: given, plainLogprobs: isPlain ? given : null };
  return {
    logprobs: isGreedy ? given.map(() => 0) : isPlain ? given : null,
    plainLogprobs: given,
  };
}
