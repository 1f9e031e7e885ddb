import type { ChatMessage, SamplingSettings } from '../../../records.js';
import type { WeightType } from '../../../policy/folder/weights.js';

/**
 * What the server's process and the engine's say to each other. The engine holds the policy and does all
 * that takes long (tokenising, reading prompts, drawing); the server's process only speaks HTTP, so it
 * answers at once while a large model decodes. Every request carries an id of its own.
 */
export type EngineRequest =
  | /** `accepted` or `refused`; then `tokens` until each row has its finish reason. */
    { type: 'complete'; id: number; work: Work }
    /** Whoever asked has gone: its rows are freed, nothing more is told. */
  | { type: 'cancel'; id: number }
  | { type: 'tokenize'; id: number; text: TokenizeInput }
  | { type: 'detokenize'; id: number; ids: number[] }
  | { type: 'load'; id: number; adapter: AdapterSource; replace: boolean }
  | { type: 'unload'; id: number; name: string }
  | { type: 'close' };

export type EngineMessage =
  | { type: 'ready'; model: ModelFacts; adapters: AdapterFacts[] }
  /** Could not be opened; the process ends. */
  | { type: 'failed'; tag: string; message: string }
  | { type: 'accepted'; id: number; prompts: PromptFacts[] }
  | { type: 'refused'; id: number; problem: EngineProblem }
  /** One pass over the weights: a token of some rows. */
  | { type: 'tokens'; events: TokenEvent[]; load: Load }
  | { type: 'answer'; id: number; value: Answer };

export type Answer =
  | { kind: 'tokens'; ids: number[]; spellings: string[] }
  | { kind: 'text'; text: string }
  | { kind: 'adapter'; adapter: AdapterFacts }
  | { kind: 'unloaded' };

/** What is asked for, checked as far as it can be without the policy. */
export interface Work {
  /** An adapter's name; `null`: the base. */
  adapter: string | null;
  prompt: TokenizeInput[];
  /** Completions of each prompt. Sample i of a prompt draws as the library's sample i of this seed. */
  n: number;
  seed: number | string;
  settings: Omit<SamplingSettings, 'seed' | 'maxNewTokens'>;
  /** `null`: all the room that the context leaves. 0: nothing is drawn. */
  maxNewTokens: number | null;
  /** The policy's own end tokens do not end a completion. */
  ignoreEos: boolean;
  /** How many of the likeliest tokens are told at each place; `null`: no log-probabilities at all. */
  logprobs: number | null;
  /** The same of the prompt's own tokens. */
  promptLogprobs: number | null;
}

export type TokenizeInput =
  | { kind: 'text'; text: string; addSpecialTokens: boolean }
  | { kind: 'ids'; ids: number[] }
  | { kind: 'chat'; messages: ChatMessage[]; addGenerationPrompt: boolean };

export interface PromptFacts {
  ids: number[];
  /** As it was given; of ids, what they stand for. */
  text: string;
  /** Its tokens, where their log-probabilities were asked for. The first has none. */
  scored: ScoredToken[] | null;
}

/** One drawn token. */
export interface TokenEvent {
  /** Of the request. */
  id: number;
  /** Place of the completion: prompt · n + sample. */
  row: number;
  token: number;
  /** What became certain of the text: whole characters, nothing that may still be a stop string. */
  text: string;
  finishReason: 'stop' | 'length' | null;
  scored: ScoredToken | null;
}

export interface Spelling {
  id: number;
  /** As text; `bytes:\xe2\x96` where the token is a part of a character; a special token's own name. */
  text: string;
  /** What it adds to the text in UTF-8; a special token adds nothing. */
  bytes: number[];
}

export interface ScoredToken extends Spelling {
  logprob: number | null;
  /** The likeliest, best first. */
  top: (Spelling & { logprob: number })[];
}

/** Why the engine refuses, in the words of OpenAI's errors. */
export interface EngineProblem {
  status: number;
  type: string;
  code: string | null;
  param: string | null;
  message: string;
}

export interface ModelFacts {
  /** Tokens that prompt and completion have together. */
  contextLength: number;
  vocabulary: number;
  /** Of the base: names its weights. */
  revision: string;
  hasChatTemplate: boolean;
  /** tfjs's name of the backend. */
  backend: string;
}

export interface AdapterSource {
  name: string;
  folder: string;
}

export interface AdapterFacts extends AdapterSource {
  revision: string;
}

/** Rows that run and wait, and the memory that their keys and values have, in bytes. */
export interface Load {
  running: number;
  waiting: number;
  cacheBytes: number;
}

/** `raw`: of the model itself (vLLM's default). `processed`: of the distribution that was sampled. */
export type LogprobsMode = 'raw' | 'processed';

/** What the server's process gives the engine's on its command line, as JSON. */
export interface EngineStart {
  policy: string;
  adapters: AdapterSource[];
  dtype: WeightType;
  maxBatch: number;
  /** `null`: the model's own context. */
  maxModelLength: number | null;
  cacheBytes: number;
  maxWaiting: number;
  logprobsMode: LogprobsMode;
}
