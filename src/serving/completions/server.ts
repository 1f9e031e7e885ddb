import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { existsSync } from 'node:fs';
import { Counter, Gauge, startHttpServer } from '../http/index.js';
import type { ApiKey, HttpLimits, HttpMetrics, HttpServer } from '../http/index.js';
import { adapterRoutes } from './api/adapter-routes.js';
import { chatRoute } from './api/chat.js';
import { completionRoute } from './api/completions.js';
import { errorBody } from './api/errors.js';
import { createCatalogue, modelRoutes } from './api/models.js';
import type { Service } from './api/service.js';
import { tokenizeRoutes } from './api/tokenize.js';
import { startEngine, type Engine } from './engine/client.js';
import type { AdapterSource, EngineStart, LogprobsMode } from './engine/protocol.js';

export interface CompletionServerOptions {
  /** A Hugging Face model folder or a Hub id that is in the cache. */
  policy: string;
  /** The name it is asked for by. @default the folder's name, or the Hub id */
  name?: string;
  /** PEFT folders that are served beside the base. @default none */
  adapters?: readonly AdapterSource[];
  /** Adapters may be loaded from below it while the server runs. @default not at all */
  adapterRoot?: string | null;
  /** @default 'float32' */
  dtype?: EngineStart['dtype'];
  /** Rows that decode at once. @default 64 */
  maxBatch?: number;
  /** Tokens of prompt and completion. @default the policy's context */
  maxModelLength?: number | null;
  /** Memory of keys and values. @default 1024 */
  cacheMiB?: number;
  /** Completions that wait; beyond them requests are refused with 429. @default 4096 */
  maxWaiting?: number;
  /** What log-probabilities are of. @default 'raw', the model itself */
  logprobsMode?: LogprobsMode;
  host?: string;
  port?: number;
  keys?: readonly ApiKey[];
  insecure?: boolean;
  limits?: Partial<HttpLimits>;
  /** What goes wrong inside, a line at a time. @default nowhere */
  note?(text: string): void;
  /** Ends the loading. */
  signal?: AbortSignal;
}

export interface CompletionServer extends HttpServer {
  /** Its names, the base first. */
  readonly models: string[];
  readonly engine: Engine;
}

/**
 * Loads the policy in a process of its own and listens. The server's process only speaks HTTP, so it
 * answers at once whatever the policy does. When the engine dies, what runs is answered 503 and nothing
 * more is taken: `engine.died` says why.
 */
export async function startCompletionServer(
  options: CompletionServerOptions,
): Promise<CompletionServer> {
  const { policy, note = () => undefined, limits = {} } = options;
  const engine = await startEngine(
    {
      policy,
      adapters: [...(options.adapters ?? [])],
      dtype: options.dtype ?? 'float32',
      maxBatch: options.maxBatch ?? 64,
      maxModelLength: options.maxModelLength ?? null,
      cacheBytes: (options.cacheMiB ?? 1024) * 2 ** 20,
      maxWaiting: options.maxWaiting ?? 4096,
      logprobsMode: options.logprobsMode ?? 'raw',
    },
    note,
    options.signal,
  );
  const started = seconds();
  const catalogue = createCatalogue(nameOf(options), policy, engine.model, started);
  for (const adapter of engine.adapters) catalogue.adapters.set(adapter.name, adapter);
  try {
    const server = await startHttpServer(
      {
        title: 'rlsf completion server',
        description:
          "OpenAI's completions and chat completions of a policy, with vLLM's additions.",
        metrics: 'rlsf_completions',
        host: options.host,
        port: options.port,
        keys: options.keys,
        insecure: options.insecure,
        // Long completions take their time; a caller who loses patience goes, and its rows are freed.
        limits: { bodyMiB: 8, requestSeconds: 3600, ...limits },
        ready: () => engine.dead,
        errorBody,
        note,
      },
      (metrics) => {
        const service: Service = {
          engine,
          catalogue,
          now: seconds,
          freshSeed: () => randomBytes(16).toString('hex'),
          adapterRoot: options.adapterRoot ?? null,
          count: countersOf(metrics, engine),
        };
        return [
          completionRoute(service),
          chatRoute(service),
          ...modelRoutes(catalogue),
          ...tokenizeRoutes(service),
          ...adapterRoutes(service),
        ];
      },
    );
    return {
      url: server.url,
      metrics: server.metrics,
      get models() {
        return catalogue.list().map(({ id }) => id);
      },
      engine,
      async stop() {
        await server.stop();
        await engine.close();
      },
    };
  } catch (error) {
    await engine.close();
    throw error;
  }
}

function nameOf({ name, policy }: CompletionServerOptions): string {
  return name ?? (existsSync(policy) ? path.basename(path.resolve(policy)) : policy);
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}

function countersOf({ registry }: HttpMetrics, engine: Engine): Service['count'] {
  const registers = [registry];
  const counter = (name: string, help: string): Counter =>
    new Counter({ name: `rlsf_completions_${name}`, help, registers });
  const gauge = (name: string, help: string, value: () => number): Gauge =>
    new Gauge({
      name: `rlsf_completions_${name}`,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  const prompt = counter(
    'prompt_tokens_total',
    'Tokens of prompts, of requests that were answered.',
  );
  const drawn = counter('completion_tokens_total', 'Tokens drawn, of requests that were answered.');
  gauge('rows_running', 'Completions that decode.', () => engine.load.running);
  gauge('rows_waiting', 'Completions that wait for a slot.', () => engine.load.waiting);
  gauge('cache_bytes', 'Memory of keys and values.', () => engine.load.cacheBytes);
  return ({ promptTokens, completionTokens }) => {
    prompt.inc(promptTokens);
    drawn.inc(completionTokens);
  };
}
