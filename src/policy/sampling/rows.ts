import { createRandom, type Random } from '../../algorithms/random.js';
import { inputError } from '../../errors.js';
import type { FinishReason, SamplingSettings } from '../../records.js';
import { checkSamplingSettings } from './settings.js';
import { createCompletionText, type CompletionText } from './completion-text.js';
import type { Sample, SampleRequest } from './sample.js';
import type { PolicyConfig, PolicyTokenizer } from '../types.js';
import { utf8Bytes } from '../tokenizer/utf8.js';

/** A sample in the making. */
export interface Row {
  request: number;
  sample: number;
  promptIds: number[];
  random: Random;
  maxTokens: number;
  slot: number;
  ids: number[];
  /** The ids of prompt and completion, each once; none where no repetition penalty needs them. */
  seen: Set<number>;
  logprobs: number[];
  plainLogprobs: number[];
  text: CompletionText;
  finishReason: FinishReason | null;
}

/** What of a policy (or of another model that is sampled) shapes its rows. */
export interface RowSource {
  config: Pick<PolicyConfig, 'vocabSize' | 'maxPositions' | 'bosTokenId' | 'eosTokenIds'>;
  tokenizer: PolicyTokenizer;
}

export function makeRows(
  policy: RowSource,
  requests: readonly SampleRequest[],
  settings: SamplingSettings,
): Row[] {
  const { config, tokenizer } = policy;
  checkSamplingSettings('samplePolicy', settings, config.vocabSize);
  const stops = settings.stop.map(utf8Bytes);
  const penalises = (settings.repetitionPenalty ?? 1) !== 1;
  return requests.flatMap((request, index) => {
    if (!Number.isInteger(request.n) || request.n < 0) {
      throw inputError(
        `samplePolicy: expected n of request ${index} to be a whole number of at least 0, got ${request.n}.`,
      );
    }
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
      seen: new Set(penalises ? promptIds : []),
      logprobs: [],
      plainLogprobs: [],
      text: createCompletionText((id) => tokenizer.tokenBytes(id), stops),
      finishReason: null,
    }));
  });
}

function encodePrompt(
  { config, tokenizer }: RowSource,
  prompt: string | readonly number[],
  index: number,
): number[] {
  const ids = typeof prompt === 'string' ? tokenizer.encode(prompt) : [...prompt];
  if (ids.length === 0) {
    const start = config.bosTokenId ?? config.eosTokenIds[0] ?? tokenizer.eosTokenId;
    if (start < 0) {
      throw inputError(
        `samplePolicy: the prompt of request ${index} is empty and the policy has no start token.`,
      );
    }
    return [start];
  }
  const unknown = ids.find((id) => !(Number.isInteger(id) && id >= 0 && id < config.vocabSize));
  if (unknown !== undefined) {
    if (typeof prompt !== 'string')
      throw inputError(
        `samplePolicy: expected the ids of request ${index} from 0 to ${config.vocabSize - 1}, got ${unknown}.`,
      );
    throw inputError(
      `samplePolicy: the tokenizer gave id ${unknown} for request ${index}, the policy has ${config.vocabSize} tokens. Tokenizer and policy must belong together.`,
    );
  }
  return ids;
}

/** The ids that end a completion: the policy's own, else its tokenizer's, and the settings'. */
export function endTokens(
  { config, tokenizer }: RowSource,
  { stopTokenIds = [] }: SamplingSettings,
): ReadonlySet<number> {
  const own = config.eosTokenIds.length > 0 ? config.eosTokenIds : [tokenizer.eosTokenId];
  return new Set([...own, ...stopTokenIds]);
}

/** The number in [0, 1) that decides the row's next draw: 24 bits, so a float32 of it stays below 1. */
export function nextUniform(row: Row): number {
  return Math.floor(row.random.next() * 2 ** 24) / 2 ** 24;
}

/** Appends a drawn token, and ends the row where it is the last. */
export function addToken(
  row: Row,
  drawn: { id: number; logprob: number; plainLogprob: number },
  ends: ReadonlySet<number>,
): void {
  row.ids.push(drawn.id);
  if (row.seen.size > 0) row.seen.add(drawn.id);
  row.logprobs.push(drawn.logprob);
  row.plainLogprobs.push(drawn.plainLogprob);
  const stopped = row.text.push(drawn.id);
  if (stopped || ends.has(drawn.id)) row.finishReason = 'stop';
  else if (row.ids.length >= row.maxTokens) row.finishReason = 'length';
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
