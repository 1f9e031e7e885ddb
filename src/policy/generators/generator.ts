import type { ChatMessage, FinishReason, SamplingSettings } from '../../records.js';
import { samplePolicy } from '../sampling/sampling.js';
import type { Policy } from '../types.js';

/** What is to be completed: `n` completions of one prompt. */
export interface GenerateRequest {
  /** A text to continue, or messages that go through the chat template. */
  prompt: string | ChatMessage[];
  /** The ids of a prompt that is a text, for servers: they go in as they are. @default the server's own */
  promptIds?: readonly number[];
  n: number;
  /** Sample i has a generator of its own, made from `seed` and i. */
  seed: number | string;
}

/** One completion. What the source of the completion does not tell is `null`, never guessed. */
export interface Generation {
  /** Place of the request in the list. */
  request: number;
  /** 0 … n−1. */
  sample: number;
  /** The text up to the stop string, special tokens left out. */
  completion: string;
  finishReason: FinishReason;
  promptIds: number[] | null;
  /** As sampled; the end token and the tokens of a stop string included. */
  completionIds: number[] | null;
  /** Under the distribution that was sampled (repetition penalty, temperature, truncation). */
  logprobs: number[] | null;
  /** Under the model itself (no penalty, temperature 1, nothing truncated). */
  plainLogprobs: number[] | null;
  /** UTF-8 offset in `completion` where each token starts, and the end: tokens + 1 numbers. */
  byteOffsets: number[] | null;
}

export interface GenerateOptions {
  /** Ends early: what is not finished comes back as `cancelled`, with what it has. */
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
  /** Each generation as soon as it is known to be finished; cancelled ones are not told. */
  onGeneration?: (generation: Generation) => void;
}

/**
 * Whatever completes prompts: a policy held here, an exported ONNX model, a server. The same settings
 * mean the same for all of them; what one cannot do is an error, not a silent difference.
 */
export interface TextGenerator {
  kind: 'native' | 'onnx' | 'remote';
  /** The model's folder, or its name at the server. */
  name: string;
  /** Names the weights as they are now; `null` where a server does not tell. */
  readonly revision: string | null;
  /** Its weights can be updated here. */
  canTrain: boolean;
  /** In order of request and sample. */
  generate(
    requests: readonly GenerateRequest[],
    settings: SamplingSettings,
    options?: GenerateOptions,
  ): Promise<Generation[]>;
  /** Frees what the generator itself holds; a native generator's policy stays its owner's. */
  close(): Promise<void>;
}

/** A policy as a generator. */
export function nativeGenerator(policy: Policy, options: { maxRows?: number } = {}): TextGenerator {
  return {
    kind: 'native',
    name: policy.folder ?? 'policy',
    get revision() {
      return policy.revision;
    },
    canTrain: true,
    async generate(requests, settings, { signal, onProgress, onGeneration } = {}) {
      const texts = requests.map((request) => ({
        ...request,
        prompt:
          typeof request.prompt === 'string'
            ? request.prompt
            : policy.tokenizer.renderChat(request.prompt),
      }));
      return samplePolicy(policy, texts, settings, {
        signal,
        onProgress,
        onSample: onGeneration,
        ...(options.maxRows === undefined ? {} : { maxRows: options.maxRows }),
      });
    },
    close: () => Promise.resolve(),
  };
}
