import PQueue from 'p-queue';
import { inputError } from '../../errors.js';
import type { SamplingSettings } from '../../records.js';
import type { GenerateRequest, Generation, TextGenerator } from './generator.js';
import { checkSamplingSettings } from '../sampling/settings.js';
import type { PolicyTokenizer } from '../types.js';
import { optionalFields, requestBody, requestPath } from './remote-body.js';
import { HttpFailure } from './remote-failure.js';
import { assignLogprobs, readReply, type Choice } from './remote-reply.js';
import { askServer, chooseModel, explain, type ServerKind } from './remote-server.js';

export interface RemoteOptions {
  /**
   * The API's root, e.g. `http://localhost:8000/v1`; without a path, `/v1` is added. The address of
   * its `/completions` or `/chat/completions` means the same root.
   */
  endpoint: string;
  /** @default the server's only model; its adapters do not count */
  model?: string;
  /** @default OPENAI_API_KEY of the environment; none where that is not set */
  apiKey?: string;
  /** Which fields the server knows beside OpenAI's. @default told by its list of models */
  server?: ServerKind;
  /** The model's tokenizer: gives byte offsets where the server gives ids. Ids are never made from text. */
  tokenizer?: PolicyTokenizer;
  /** Ask for log-probabilities. @default true */
  logprobs?: boolean;
  /** What the server's log-probabilities are of (vLLM: --logprobs-mode). @default 'raw' */
  logprobsMode?: 'raw' | 'processed';
  /** Requests at once. @default 8 */
  concurrency?: number;
  /** For one try; Node itself gives up after 300 s. @default 300000 */
  timeoutMs?: number;
  /** Further tries after a passing failure. @default 5 */
  retries?: number;
  /** Wait before the second try; it doubles up to 16 s. `Retry-After` goes before it. @default 500 */
  retryDelayMs?: number;
  /** A longer reply is given up. @default 64 MiB */
  maxReplyBytes?: number;
  /** Ends the opening, which asks the server for its models; `generate` has one of its own. */
  signal?: AbortSignal;
}

/**
 * A model behind an OpenAI-compatible endpoint (vLLM, llama.cpp, Ollama, OpenAI) as a frozen
 * generator. Text prompts go to `/completions`, messages to `/chat/completions`. A request asks for
 * its n completions at once; from a server that refuses or ignores n they are asked for one by one.
 * Settings that vLLM, llama.cpp, Ollama or OpenAI would ignore are refused; of another server nobody
 * knows what it ignores. What the server does not tell (ids, log-probabilities) is `null`. Passing
 * failures are tried again; another failure ends `generate`, its message names address, model, status
 * and remedy. When the signal ends it, what has not come is `cancelled` and empty.
 */
export async function openRemoteGenerator(options: RemoteOptions): Promise<TextGenerator> {
  const { tokenizer = null, logprobs = true, logprobsMode = 'raw' } = options;
  const url = apiRoot(options.endpoint);
  const apiKey = options.apiKey ?? (process.env.OPENAI_API_KEY || null);
  const whole = (name: string, value: number, least: number, most: number): number => {
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw inputError(`Remote: expected ${name} from ${least} to ${most}, got ${value}.`);
  };
  const queue = new PQueue({
    concurrency: whole('concurrency', options.concurrency ?? 8, 1, 1024),
  });
  // Imported when first needed: the client is large.
  const { createHttpClient } = await import('./remote-http.js');
  const http = createHttpClient({
    url,
    apiKey,
    timeoutMs: whole('timeoutMs', options.timeoutMs ?? 300_000, 1, 300_000),
    retries: whole('retries', options.retries ?? 5, 0, 100),
    retryDelayMs: whole('retryDelayMs', options.retryDelayMs ?? 500, 0, 60_000),
    maxReplyBytes: whole('maxReplyBytes', options.maxReplyBytes ?? 2 ** 26, 1, 2 ** 29),
  });
  const server = await askServer(http, url, options.signal);
  const kind = options.server ?? server.kind;
  const model = chooseModel(url, server, options.model);
  const dropped = new Set<string>();
  let givesMany = kind !== 'ollama';
  const closing = new AbortController();

  /** The completions `sample` … `sample + n − 1` of a request, or as many of them as the server gives. */
  async function ask(
    request: GenerateRequest,
    [sample, n]: [number, number],
    settings: SamplingSettings,
    signal: AbortSignal,
  ): Promise<Choice[]> {
    for (;;) {
      const known = dropped.size;
      const path = requestPath(request);
      const body = requestBody({ kind, model, request, n, sample, logprobs, dropped }, settings);
      try {
        const reply = await queue.add(() => http.send('post', path, body, { signal }));
        const where = `Remote: POST ${url}${path} (model ${JSON.stringify(model)})`;
        return readReply(reply, where, { tokenizer, stop: settings.stop });
      } catch (error) {
        if (!(error instanceof HttpFailure)) throw error;
        if (error.status === 400 || error.status === 422) {
          for (const field of optionalFields) if (error.detail.includes(field)) dropped.add(field);
          if (dropped.size > known) continue;
          // Perhaps it was n that displeased: if not, asking for one fails the same way.
          if (n > 1) return [];
        }
        throw explain(error, { model, models: server.models, hasKey: apiKey !== null });
      }
    }
  }

  async function answer(
    request: GenerateRequest,
    settings: SamplingSettings,
    signal: AbortSignal,
    tell: (sample: number, choice: Choice) => void,
  ): Promise<void> {
    let have = 0;
    if (givesMany && request.n > 1) {
      const choices = await ask(request, [0, request.n], settings, signal);
      for (const choice of choices.slice(0, request.n)) tell(have++, choice);
    }
    const rest = Array.from({ length: request.n - have }, (_, i) => have + i);
    await Promise.all(
      rest.map(async (sample) => {
        const [choice] = await ask(request, [sample, 1], settings, signal);
        tell(sample, choice);
      }),
    );
    // Learnt only now: had the request been wrong otherwise, asking for one would have failed too.
    if (request.n > 1 && rest.length > 0) givesMany = false;
  }

  return {
    kind: 'remote',
    name: model,
    revision: null,
    canTrain: false,
    async generate(requests, settings, { signal, onProgress, onGeneration } = {}) {
      if (closing.signal.aborted) throw inputError(`Remote: the generator of ${url} is closed.`);
      checkSamplingSettings('Remote', settings, Infinity);
      requests.forEach(({ n }, index) => whole(`n of request ${index}`, n, 0, 2 ** 20));
      const generations = requests.map(({ n }, request) =>
        Array.from({ length: n }, (_, sample) => unanswered(request, sample)),
      );
      const total = generations.flat().length;
      let done = 0;
      const failing = new AbortController();
      const ending = AbortSignal.any([
        closing.signal,
        failing.signal,
        ...(signal === undefined ? [] : [signal]),
      ]);
      const answers = requests.map(async (request, index) => {
        try {
          await answer(request, settings, ending, (sample, { given, ...choice }) => {
            const generation: Generation = {
              request: index,
              sample,
              ...choice,
              ...assignLogprobs(given, logprobsMode, kind, settings),
            };
            generations[index][sample] = generation;
            done++;
            onGeneration?.(generation);
            onProgress?.(done, total);
          });
        } catch (error) {
          if (ending.aborted) return;
          failing.abort();
          throw error;
        }
      });
      const failed = (await Promise.allSettled(answers)).find(
        (answered) => answered.status === 'rejected',
      );
      if (failed !== undefined) throw failed.reason;
      return generations.flat();
    },
    close() {
      closing.abort();
      return Promise.resolve();
    },
  };
}

/** Where the paths of the API begin. */
export function apiRoot(endpoint: string): string {
  let url: URL;
  try {
    url = new URL(endpoint);
  } catch (cause) {
    throw inputError(
      `Remote: expected endpoint to be a URL like http://localhost:8000/v1, got ${JSON.stringify(endpoint)}.`,
      { cause },
    );
  }
  if (!['http:', 'https:'].includes(url.protocol)) {
    throw inputError(
      `Remote: expected endpoint to start with http:// or https://, got ${JSON.stringify(endpoint)}.`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw inputError(
      'Remote: endpoint holds a name or password. Set OPENAI_API_KEY in the environment, or in code the option apiKey.',
    );
  }
  const path = url.pathname.replace(/\/+$/, '').replace(/(\/chat)?\/completions$/, '');
  return `${url.origin}${path === '' ? '/v1' : path}`;
}

function unanswered(request: number, sample: number): Generation {
  return {
    request,
    sample,
    completion: '',
    finishReason: 'cancelled',
    promptIds: null,
    completionIds: null,
    logprobs: null,
    plainLogprobs: null,
    byteOffsets: null,
  };
}
