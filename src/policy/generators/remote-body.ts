import { createRandom } from '../../algorithms/random.js';
import { inputError } from '../../errors.js';
import type { SamplingSettings } from '../../records.js';
import type { GenerateRequest } from './generator.js';
import type { ServerKind } from './remote-server.js';

export interface Asked {
  kind: ServerKind;
  model: string;
  request: GenerateRequest;
  n: number;
  /** The first sample asked for; its seed is sent. */
  sample: number;
  logprobs: boolean;
  /** Fields the server refused and can do without. */
  dropped: ReadonlySet<string>;
}

/** Fields that only bring more to know: a server that refuses one is asked without it. */
export const optionalFields = ['return_token_ids', 'return_tokens_as_token_ids'];

/** Text goes to `/completions`, messages to `/chat/completions`, where the server applies its template. */
export function requestPath({ prompt }: GenerateRequest): string {
  return typeof prompt === 'string' ? '/completions' : '/chat/completions';
}

/**
 * The request in the server's own words. Servers bring sampling defaults of their own (llama.cpp
 * top_k 40 and min_p 0.05, vLLM those of the model's generation_config.json), so what is off is sent
 * as off to those that are known to listen.
 */
export function requestBody(asked: Asked, settings: SamplingSettings): Record<string, unknown> {
  const { request, kind, dropped } = asked;
  const isText = typeof request.prompt === 'string';
  const body: Record<string, unknown> = {
    model: asked.model,
    ...(isText ? { prompt: promptOf(request, kind) } : { messages: request.prompt }),
    n: asked.n,
    seed: seedOf(request.seed, asked.sample),
    temperature: settings.temperature,
    top_p: settings.topP,
    // OpenAI's newer chat models know only the longer name.
    [kind === 'openai' && !isText ? 'max_completion_tokens' : 'max_tokens']: settings.maxNewTokens,
    ...(settings.stop.length > 0 ? { stop: settings.stop } : {}),
    ...(asked.logprobs ? (isText ? { logprobs: 1 } : { logprobs: true, top_logprobs: 1 }) : {}),
    ...ownFields(kind, settings),
  };
  for (const field of dropped) delete body[field];
  return body;
}

/** Ollama takes texts only. */
function promptOf({ prompt, promptIds }: GenerateRequest, kind: ServerKind): unknown {
  return promptIds === undefined || kind === 'ollama' ? prompt : promptIds;
}

/** Fields beside OpenAI's. What a server does not know it would ignore in silence: that is refused. */
function ownFields(kind: ServerKind, settings: SamplingSettings): Record<string, unknown> {
  const { topK, minP, repetitionPenalty = 1, stopTokenIds = [] } = settings;
  const tokenIds = { return_token_ids: true, return_tokens_as_token_ids: true };
  switch (kind) {
    case 'vllm':
      return {
        top_k: topK > 0 ? topK : -1,
        min_p: minP,
        repetition_penalty: repetitionPenalty,
        stop_token_ids: stopTokenIds,
        ...tokenIds,
      };
    case 'llama.cpp':
      refuse(kind, { stopTokenIds: stopTokenIds.length > 0 });
      return {
        top_k: topK,
        min_p: minP,
        repeat_penalty: repetitionPenalty,
        repeat_last_n: -1,
        // Our order: the temperature comes before what it cuts off, not after.
        samplers: ['penalties', 'temperature', 'top_k', 'top_p', 'min_p'],
      };
    case 'ollama':
    case 'openai':
      refuse(kind, {
        topK: topK > 0,
        minP: minP > 0,
        repetitionPenalty: repetitionPenalty !== 1,
        stopTokenIds: stopTokenIds.length > 0,
      });
      return {};
    case 'other':
      return {
        ...(topK > 0 ? { top_k: topK } : {}),
        ...(minP > 0 ? { min_p: minP } : {}),
        ...(repetitionPenalty !== 1 ? { repetition_penalty: repetitionPenalty } : {}),
        ...(stopTokenIds.length > 0 ? { stop_token_ids: stopTokenIds } : {}),
        ...tokenIds,
      };
  }
}

function refuse(kind: ServerKind, used: Record<string, boolean>): void {
  const names = Object.keys(used).filter((name) => used[name]);
  if (names.length > 0) {
    throw inputError(
      `Remote: ${kind}'s API has no ${names.join(', ')} and would ignore ${names.length > 1 ? 'them' : 'it'}. Leave ${names.length > 1 ? 'them' : 'it'} at off, or use a vLLM server (option server: 'vllm').`,
    );
  }
}

/**
 * A seed as servers take it, below 2³¹. Sample 0 has the request's own; the others, which are asked
 * for one by one where a server gives one completion a request, have seeds made from it.
 */
export function seedOf(seed: number | string, sample: number): number {
  const isPlain = typeof seed === 'number' && Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31;
  return isPlain && sample === 0
    ? seed
    : createRandom(seed)
        .fork(sample)
        .int(2 ** 31);
}
