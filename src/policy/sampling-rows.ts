import { createRandom, type Random } from '../algorithms/random.js';
import { inputError } from '../errors.js';
import type { FinishReason, SamplingSettings } from '../records.js';
import { createCompletionText, type CompletionText } from './completion-text.js';
import type { Sample, SampleRequest } from './sampling.js';
import type { Policy } from './types.js';
import { utf8Bytes } from './utf8.js';

/** A sample in the making. */
export interface Row {
  request: number;
  sample: number;
  promptIds: number[];
  random: Random;
  maxTokens: number;
  slot: number;
  ids: number[];
  logprobs: number[];
  plainLogprobs: number[];
  text: CompletionText;
  finishReason: FinishReason | null;
}

export function makeRows(
  policy: Policy,
  requests: readonly SampleRequest[],
  settings: SamplingSettings,
): Row[] {
  const { config, tokenizer } = policy;
  const stops = settings.stop.map(utf8Bytes);
  if (stops.some((stop) => stop.length === 0)) {
    throw inputError(
      'samplePolicy: a stop string is empty, which would end every completion at once.',
    );
  }
  if (!Number.isInteger(settings.maxNewTokens) || settings.maxNewTokens < 1) {
    throw inputError(
      `samplePolicy: expected maxNewTokens of at least 1, got ${settings.maxNewTokens}.`,
    );
  }
  return requests.flatMap((request, index) => {
    const promptIds = encodePrompt(policy, request.prompt, index);
    const room = config.maxPositions - promptIds.length;
    if (room < 1) {
      throw inputError(
        `samplePolicy: the prompt of request ${index} has ${promptIds.length} tokens; the policy's context of ${config.maxPositions} leaves no room for a completion.`,
      );
    }
    const random = createRandom(request.seed);
    return Array.from({ length: request.n }, (_, sample) => ({
      request: index,
      sample,
      promptIds,
      random: random.fork(sample),
      maxTokens: Math.min(settings.maxNewTokens, room),
      slot: -1,
      ids: [],
      logprobs: [],
      plainLogprobs: [],
      text: createCompletionText((id) => tokenizer.tokenBytes(id), stops),
      finishReason: null,
    }));
  });
}

function encodePrompt({ config, tokenizer }: Policy, prompt: string, index: number): number[] {
  const ids = tokenizer.encode(prompt);
  if (ids.length === 0) {
    const start = config.bosTokenId ?? config.eosTokenIds[0] ?? tokenizer.eosTokenId;
    if (start < 0) {
      throw inputError(
        `samplePolicy: the prompt of request ${index} is empty and the policy has no start token.`,
      );
    }
    return [start];
  }
  const unknown = ids.find((id) => !(id < config.vocabSize));
  if (unknown !== undefined) {
    throw inputError(
      `samplePolicy: the tokenizer gave id ${unknown} for request ${index}, the policy has ${config.vocabSize} tokens. Tokenizer and policy must belong together.`,
    );
  }
  return ids;
}

export function toSample(row: Row): Sample {
  return {
    request: row.request,
    sample: row.sample,
    promptIds: [...row.promptIds],
    completionIds: row.ids,
    logprobs: row.logprobs,
    plainLogprobs: row.plainLogprobs,
    ...row.text.finish(),
    finishReason: row.finishReason ?? 'cancelled',
  };
}
