import { inputError } from '../../errors.js';
import type { Spent } from './budget.js';
import type { GenerationFormat } from './files.js';
import type { RequestLog, SettingsEntry } from './log.js';
import { promptsHash } from './prompts.js';
import { topics as ownTopics } from './topics.js';

export interface GenerateProblemsOptions {
  /** Where the files are, or will be; called again, goes on. */
  readonly folder: string;
  /** Proven problems wanted. */
  readonly n: number;
  readonly model: string;
  /** The API's root. @default OPENAI_BASE_URL of the environment, else https://api.openai.com/v1 */
  readonly baseUrl?: string;
  /** @default OPENAI_API_KEY of the environment; none where that is not set */
  readonly apiKey?: string;
  /** What the problems are about. @default some two dozen of our own */
  readonly topics?: readonly string[];
  /** Of topics and variations, and sent to the server. @default 0 */
  readonly seed?: number | string;
  /** @default 1 */
  readonly temperature?: number;
  /** Tokens of one answer. @default 4096 */
  readonly maxTokens?: number;
  /** Requests sent, further tries included, all runs on this folder together. @default 3 · n */
  readonly maxRequests?: number;
  /** Tokens of prompts and answers, all runs on this folder together. @default no limit */
  readonly maxTokensTotal?: number;
  /** @default 60 */
  readonly requestsPerMinute?: number;
  /** Requests at once. @default 4 */
  readonly concurrency?: number;
  /** For one try. @default 180000 */
  readonly timeoutMs?: number;
  /** Further tries after a passing failure. @default 5 */
  readonly retries?: number;
  /** Wait before the second try; it doubles up to 16 s. `Retry-After` goes before it. @default 500 */
  readonly retryDelayMs?: number;
  /** Folders or files of problems that must not be repeated. @default none */
  readonly against?: readonly string[];
  /** Jaccard likeness from which two problems are one. @default 0.6 */
  readonly duplicateThreshold?: number;
  /** Mutants of a reference that are judged at most. @default 16 */
  readonly mutants?: number;
  /** Least share of the compilable mutants that the tests must see. @default 0.6 */
  readonly minMutationScore?: number;
  /** Further files. @default none */
  readonly formats?: readonly GenerationFormat[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: GenerationProgress) => void;
}

export interface GenerationProgress {
  problems: number;
  wanted: number;
  /** Answers judged so far, those of earlier runs included. */
  answers: number;
  spent: Spent;
}

type Optional = 'signal' | 'onProgress' | 'apiKey';

export type CompleteOptions = Required<Omit<GenerateProblemsOptions, Optional>> &
  Pick<GenerateProblemsOptions, 'signal' | 'onProgress'> & { apiKey: string | null };

const openAi = 'https://api.openai.com/v1';

/** Defaults filled in and values checked. */
export function completeOptions(options: GenerateProblemsOptions): CompleteOptions {
  const baseUrl = rootOf(options.baseUrl ?? (process.env['OPENAI_BASE_URL'] || openAi));
  const given: CompleteOptions = {
    ...options,
    baseUrl,
    apiKey: options.apiKey ?? (process.env['OPENAI_API_KEY'] || null),
    topics: options.topics ?? ownTopics,
    seed: options.seed ?? 0,
    temperature: options.temperature ?? 1,
    maxTokens: options.maxTokens ?? 4096,
    maxRequests: options.maxRequests ?? 3 * options.n,
    maxTokensTotal: options.maxTokensTotal ?? Infinity,
    requestsPerMinute: options.requestsPerMinute ?? 60,
    concurrency: options.concurrency ?? 4,
    timeoutMs: options.timeoutMs ?? 180_000,
    retries: options.retries ?? 5,
    retryDelayMs: options.retryDelayMs ?? 500,
    against: options.against ?? [],
    duplicateThreshold: options.duplicateThreshold ?? 0.6,
    mutants: options.mutants ?? 16,
    minMutationScore: options.minMutationScore ?? 0.6,
    formats: options.formats ?? [],
  };
  const { n, maxTokens, maxRequests, concurrency, timeoutMs, retries, mutants } = given;
  const whole = { n, maxTokens, maxRequests, concurrency, timeoutMs };
  for (const [name, value] of Object.entries(whole)) checkWhole(name, value, 1);
  for (const [name, value] of Object.entries({ retries, mutants })) checkWhole(name, value, 0);
  checkRange('maxTokensTotal', given.maxTokensTotal, 1, Infinity);
  checkRange('requestsPerMinute', given.requestsPerMinute, 0.01, Infinity);
  checkRange('temperature', given.temperature, 0, 2);
  checkRange('minMutationScore', given.minMutationScore, 0, 1);
  checkRange('duplicateThreshold', given.duplicateThreshold, 0.01, 1);
  if (given.model === '') throw inputError('Generate: expected the name of a model, got none.');
  if (given.topics.length === 0) throw inputError('Generate: expected at least one topic.');
  if (baseUrl === openAi && given.apiKey === null)
    throw inputError(
      `Generate: ${openAi} wants a key. Set OPENAI_API_KEY in the environment or in .env, or name another server (--base-url).`,
    );
  return given;
}

export function requestSettings(given: CompleteOptions): SettingsEntry {
  return {
    kind: 'settings',
    version: 1,
    model: given.model,
    seed: given.seed,
    temperature: given.temperature,
    max_tokens: given.maxTokens,
    topics: [...given.topics],
    prompts_sha256: promptsHash(),
  };
}

/** A new log begins with its settings; one that is there must have the same. */
export function checkGeneration(log: RequestLog, request: SettingsEntry): void {
  if (log.entries.length === 0) {
    log.append(request);
    return;
  }
  const [first] = log.entries;
  if (first.kind !== 'settings')
    throw inputError(
      `${log.file}:1: expected the settings of a request log, got an entry of kind ${first.kind}. Restore the line, or name another folder.`,
    );
  for (const key of Object.keys(request) as (keyof SettingsEntry)[]) {
    const [there, here] = [first[key], request[key]].map((value) => JSON.stringify(value));
    if (there !== here)
      throw inputError(
        `${log.file}: expected requests of this call to go on with, but ${key} is another: there ${short(there)}, here ${short(here)}. Name another folder (its problems can be given as --against), or what this one was made with.`,
      );
  }
}

function short(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function rootOf(baseUrl: string): string {
  let url: URL;
  try {
    url = new URL(baseUrl);
  } catch (cause) {
    throw inputError(
      `Generate: expected a URL like http://localhost:8000/v1, got ${JSON.stringify(baseUrl)}.`,
      { cause },
    );
  }
  if (!['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '')
    throw inputError(
      `Generate: expected a URL that begins with http:// or https:// and holds no password, got ${url.protocol}//…. The key is OPENAI_API_KEY.`,
    );
  const path = url.pathname.replace(/\/+$/, '').replace(/(\/chat)?\/completions$/, '');
  return `${url.origin}${path === '' ? '/v1' : path}`;
}

function checkWhole(name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least)
    throw inputError(
      `Generate: expected ${name} to be a whole number from ${least}, got ${value}.`,
    );
}

function checkRange(name: string, value: number, least: number, most: number): void {
  if (!(value >= least && value <= most))
    throw inputError(`Generate: expected ${name} from ${least} to ${most}, got ${value}.`);
}
