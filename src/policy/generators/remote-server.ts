import { z } from 'zod';
import { environmentError, inputError, type RlsfError } from '../../errors.js';
import { listed } from '../../hub/listed.js';
import { HttpFailure, isPlainServer } from './remote-failure.js';
import type { HttpClient } from './remote-http.js';

/** Which fields a server knows beside OpenAI's own. */
export type ServerKind = 'vllm' | 'llama.cpp' | 'ollama' | 'openai' | 'other';

export interface RemoteServer {
  kind: ServerKind;
  /** Empty where the server has no list. */
  models: string[];
  /** Those of them that are no adapters of another. */
  bases: string[];
}

const listSchema = z.object({
  data: z
    .array(
      z.object({
        id: z.string(),
        owned_by: z.string().nullish(),
        /** vLLM: the base of an adapter. */
        parent: z.string().nullish(),
      }),
    )
    .nullish(),
});

/**
 * What `/models` says: the names, and by `owned_by` whose server it is. Servers without the list, or
 * with a broken one, are `other`.
 */
export async function askServer(
  http: HttpClient,
  url: string,
  signal?: AbortSignal,
): Promise<RemoteServer> {
  const isOpenAi = /(^|\.)openai\.com$/.test(new URL(url).hostname);
  let reply: unknown;
  try {
    reply = await http.send('get', '/models', undefined, { signal, retries: 2 });
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    // Completions may well work where the list does not; where there is no way in, they will not.
    const hasAnswered = error.reason === 'not_json' || error.reason === 'status';
    if (!hasAnswered || [401, 403].includes(error.status)) throw explain(error, null);
    return { kind: isOpenAi ? 'openai' : 'other', models: [], bases: [] };
  }
  const parsed = listSchema.safeParse(reply);
  const models = parsed.success ? (parsed.data.data ?? []) : [];
  const owners = new Set(models.map((model) => model.owned_by ?? ''));
  const kind = Object.entries(kindOfOwner).find(([owner]) => owners.has(owner))?.[1];
  return {
    kind: isOpenAi ? 'openai' : (kind ?? 'other'),
    models: models.map((model) => model.id),
    bases: models.filter((model) => !model.parent).map((model) => model.id),
  };
}

const kindOfOwner: Record<string, ServerKind> = {
  vllm: 'vllm',
  llamacpp: 'llama.cpp',
  library: 'ollama',
  openai: 'openai',
  system: 'openai',
};

/** A message does not list more models than these. */
const mostListed = 20;

export function chooseModel(
  url: string,
  { models, bases }: RemoteServer,
  model: string | undefined,
): string {
  if (model !== undefined) return model;
  if (bases.length === 1) return bases[0];
  if (models.length === 1) return models[0];
  throw inputError(
    models.length === 0
      ? `Remote: ${url} does not list its models. Name one with the option model (on the command line --model).`
      : `Remote: ${url} has ${models.length} models: ${listed(models, mostListed)}. Name one with the option model (on the command line --model).`,
  );
}

/** The error for a person: where, which model, what came, what to do. */
export function explain(
  failure: HttpFailure,
  context: { model: string; models: string[]; hasKey: boolean } | null,
): RlsfError {
  const { reason, status, detail, tries } = failure;
  const asked = context === null ? '' : ` (model ${JSON.stringify(context.model)})`;
  const where = `Remote: ${failure.request}${asked}`;
  const after = tries > 1 ? ` after ${tries} tries` : '';
  switch (reason) {
    case 'timeout':
      return environmentError(
        `${where} gave no whole answer within ${detail}${after}. Ask for fewer tokens, lower the concurrency, or in code raise timeoutMs.`,
      );
    case 'connection':
      return environmentError(`${where} failed: ${detail}${after}. ${connectionAdvice(detail)}`);
    case 'not_json':
      return environmentError(
        `${where} answered ${status} with something that is not JSON${after}: "${detail}". Is this the API's root? It usually ends in /v1.`,
      );
    case 'too_long':
      return environmentError(
        `${where} sent ${detail}, and more was to come. Ask for fewer tokens or completions, or in code raise maxReplyBytes.`,
      );
    case 'wait':
      return environmentError(
        `${where} answered ${status} and asks to wait ${detail}${after}. Try again later, or lower the concurrency.`,
      );
    case 'status':
      return statusError(`${where} answered ${status}${after}: "${detail}".`, status, context);
  }
}

function statusError(
  message: string,
  status: number,
  context: { models: string[]; hasKey: boolean } | null,
): RlsfError {
  if (status === 401 || status === 403) {
    const sent =
      context?.hasKey === false ? 'No key was sent' : 'The key was refused, or is missing';
    return environmentError(
      `${message} ${sent}: set OPENAI_API_KEY in the environment, or in code the option apiKey.`,
    );
  }
  if (status === 404) {
    const models = context?.models ?? [];
    const has =
      models.length > 0
        ? `The server's models: ${listed(models, mostListed)}.`
        : "Check the URL (it usually ends in /v1) and the model's name.";
    return inputError(`${message} ${has}`);
  }
  if (status === 429) return environmentError(`${message} Lower the concurrency or wait.`);
  if (status >= 500) return environmentError(`${message} See the server's own log.`);
  return inputError(
    `${message} Change the settings it names; in code logprobs: false leaves log-probabilities out.`,
  );
}

function connectionAdvice(code: string): string {
  if (isPlainServer(code))
    return 'The server speaks http, not https: write http:// in the endpoint.';
  if (code === 'ECONNREFUSED') return 'Nothing listens there: start the server, or check the port.';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'No such host: check the URL.';
  if (code === 'bad port')
    return "Node's fetch refuses this port: let the server listen on another.";
  return "The connection broke off: see the server's own log.";
}
