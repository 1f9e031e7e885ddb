import { inputError } from '../../errors.js';
import { HttpFailure } from './remote-failure.js';
import { apiRoot, type RemoteOptions } from './remote.js';
import { explain } from './remote-server.js';

/** `refused`: this server takes no adapters while it runs; the reason is its own words. */
export type AdapterPush = { state: 'loaded' } | { state: 'refused'; reason: string };

/** The adapters of a server that speaks vLLM's `/load_lora_adapter` and `/unload_lora_adapter`. */
export interface RemoteAdapters {
  /**
   * Has the server read a PEFT folder and serve it under a name; what had the name before goes.
   * @param folder as the server sees it
   * @throws where the server takes adapters, but not this one
   */
  load(name: string, folder: string, signal?: AbortSignal): Promise<AdapterPush>;
  /** Nothing happens where there is none of that name. */
  unload(name: string, signal?: AbortSignal): Promise<void>;
}

export async function openRemoteAdapters(
  options: Pick<RemoteOptions, 'endpoint' | 'apiKey' | 'timeoutMs'>,
): Promise<RemoteAdapters> {
  const { createHttpClient } = await import('./remote-http.js');
  const apiKey = options.apiKey ?? (process.env.OPENAI_API_KEY || null);
  const http = createHttpClient({
    url: apiRoot(options.endpoint),
    apiKey,
    timeoutMs: options.timeoutMs ?? 300_000,
    // A load that was tried again would find itself: each is asked for once.
    retries: 0,
    retryDelayMs: 0,
    maxReplyBytes: 2 ** 20,
  });

  /** `null`: done. */
  async function post(
    path: string,
    body: Record<string, unknown>,
    signal: AbortSignal | undefined,
  ): Promise<HttpFailure | null> {
    try {
      await http.send('post', path, body, { signal });
      return null;
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      // vLLM says "Success: …" in plain text.
      return error.reason === 'not_json' && error.status < 300 ? null : error;
    }
  }

  const unload = (name: string, signal?: AbortSignal): Promise<HttpFailure | null> =>
    post('/unload_lora_adapter', { lora_name: name }, signal);

  return {
    async load(name, folder, signal) {
      const body = { lora_name: name, lora_path: folder };
      let failure = await post('/load_lora_adapter', body, signal);
      if (failure?.status === 400 && /already/i.test(failure.detail)) {
        await unload(name, signal);
        failure = await post('/load_lora_adapter', body, signal);
      }
      if (failure === null) return { state: 'loaded' };
      if (isClosed(failure)) {
        return { state: 'refused', reason: `${failure.status}: ${failure.detail}` };
      }
      if (failure.reason !== 'status' || failure.status === 401) {
        throw explain(failure, { model: name, models: [], hasKey: apiKey !== null });
      }
      throw inputError(
        `Remote: ${failure.request} answered ${failure.status} to the adapter ${folder}: "${failure.detail}". The path is as the server sees it (grpo.vllm_adapter_path); or set grpo.vllm_adapter_sync_steps to null to leave its weights as they are.`,
      );
    },
    async unload(name, signal) {
      await unload(name, signal);
    },
  };
}

/** The route is missing or shut, which is not the same as a folder that the server does not find (vLLM: 404 too). */
function isClosed({ status, detail }: HttpFailure): boolean {
  if (status === 403 || status === 405 || status === 501) return true;
  const words = detail.replace(/\S*load_lora_adapter\S*/g, '');
  return status === 404 && !/adapter|lora/i.test(words);
}
