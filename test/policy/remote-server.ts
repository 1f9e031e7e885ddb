import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { loadTokenizer } from '../../src/policy/index.js';

/** The tokenizer of the models these servers pretend to run. */
export const tokenizer = await loadTokenizer(
  fileURLToPath(new URL('../fixtures/onnx-tiny', import.meta.url)),
);

export interface Asked {
  path: string;
  headers: IncomingMessage['headers'];
  body: Record<string, unknown>;
}

export interface TestServer {
  /** `http://127.0.0.1:PORT`, without a path. */
  url: string;
  /** Every request for completions, in order of arrival. */
  asked: Asked[];
  /** The most that were open at once. */
  readonly mostOpen: number;
}

type Reply = [status: number, body: unknown, headers?: Record<string, string>];

/** Answers for itself, gives a reply, or `null` to leave it to the server. */
export type Fault = (
  asked: Asked,
  count: number,
  response: ServerResponse,
) => Reply | null | 'answered';

/** Real HTTP on a free port, closed when the test file is done. */
export async function startServer(
  kind: keyof typeof kinds,
  options: { fault?: Fault; key?: string; delayMs?: number; models?: Reply } = {},
): Promise<TestServer> {
  const asked: Asked[] = [];
  let open = 0;
  let mostOpen = 0;
  const { models, complete } = kinds[kind];
  const answer = (request: Asked, response: ServerResponse): Reply | 'answered' => {
    if (options.key !== undefined && request.headers.authorization !== `Bearer ${options.key}`)
      return [401, { error: `Unauthorized: ${request.headers.authorization ?? 'nothing'}` }];
    if (request.path === '/v1/models' && options.models !== undefined) return options.models;
    if (request.path === '/v1/models')
      return models === null ? [404, 'no such page'] : [200, { object: 'list', data: models }];
    asked.push(request);
    const fault = options.fault?.(request, asked.length, response) ?? null;
    return fault ?? complete(request);
  };
  const server = createServer((request, response) => {
    open++;
    mostOpen = Math.max(mostOpen, open);
    response.on('close', () => open--);
    void readBody(request).then((text) => {
      const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
      setTimeout(() => {
        const given = answer({ path: request.url!, headers: request.headers, body }, response);
        if (given !== 'answered') send(response, given);
      }, options.delayMs ?? 0);
    });
  });
  await listen(server);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    get mostOpen() {
      return mostOpen;
    },
  };
}

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(server: Server): Promise<void> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, [status, body, headers]: Reply): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** What sample `index` of a request says: it depends on the seed, as a model's answer does. */
export function answerOf(body: Record<string, unknown>, index: number): number[] {
  const ids = tokenizer.encode(`int größe = ${String(body.seed)} + ${index}; 🙂`);
  return [...ids.slice(0, Number(body.max_tokens ?? body.max_completion_tokens)), end];
}
const end = tokenizer.eosTokenId;
export const logprobOf = (id: number): number => -(id % 7) - 0.25;

const whole = (ids: number[]): string => tokenizer.decode(ids);

function promptIdsOf({ path, body }: Asked): number[] {
  return path.includes('chat')
    ? tokenizer.encode(JSON.stringify(body.messages))
    : tokenizer.encode(String(body.prompt));
}

/** vLLM: many choices, ids on request, tokens spelt as ids on request, its own error body. */
function vllm(asked: Asked): Reply {
  const { body, path } = asked;
  const chat = path === '/v1/chat/completions';
  if (body.model !== 'tiny')
    return [
      404,
      { object: 'error', message: `The model ${String(body.model)} does not exist.`, code: 404 },
    ];
  const spelt = (id: number): string =>
    body.return_tokens_as_token_ids === true ? `token_id:${id}` : whole([id]);
  const choices = Array.from({ length: Number(body.n ?? 1) }, (_, index) => {
    const ids = answerOf(body, index);
    const ownIds = body.return_token_ids === true ? { token_ids: ids } : {};
    const reason = { index, finish_reason: 'stop', stop_reason: null, ...ownIds };
    if (chat) {
      const content = ids.map((id) => ({
        token: spelt(id),
        logprob: logprobOf(id),
        bytes: [...Buffer.from(spelt(id))],
        top_logprobs: [],
      }));
      const logprobs = body.logprobs === true ? { content } : null;
      return { message: { role: 'assistant', content: whole(ids) }, logprobs, ...reason };
    }
    const logprobs = {
      tokens: ids.map(spelt),
      token_logprobs: ids.map(logprobOf),
      text_offset: [],
    };
    const promptIds =
      body.return_token_ids === true ? { prompt_token_ids: promptIdsOf(asked) } : {};
    return {
      text: whole(ids),
      logprobs: body.logprobs === undefined ? null : logprobs,
      ...reason,
      ...promptIds,
    };
  });
  const promptIds = chat ? { prompt_token_ids: promptIdsOf(asked) } : {};
  return [200, { id: 'x', object: 'completion', model: 'tiny', choices, ...promptIds }];
}

/** llama.cpp: one choice only, log-probabilities with id and bytes of every token. */
function llamacpp({ body, path }: Asked): Reply {
  if (Number(body.n ?? 1) > 1)
    return [
      400,
      {
        error: {
          code: 400,
          message: 'Only one completion choice is allowed',
          type: 'invalid_request_error',
        },
      },
    ];
  const ids = answerOf(body, 0).slice(0, -1);
  const content = ids.map((id) => ({
    id,
    token: whole([id]),
    bytes: [...tokenizer.tokenBytes(id)],
    logprob: logprobOf(id),
    top_logprobs: [],
  }));
  const choice = { index: 0, finish_reason: 'length', logprobs: { content } };
  const text = path.includes('chat') ? { message: { content: whole(ids) } } : { text: whole(ids) };
  return [200, { choices: [{ ...choice, ...text }] }];
}

/** Ollama: OpenAI's fields in part; n and what else it does not know is ignored. */
function ollama({ body, path }: Asked): Reply {
  const text = whole(answerOf(body, 0));
  const said = path.includes('chat') ? { message: { role: 'assistant', content: text } } : { text };
  return [200, { choices: [{ index: 0, finish_reason: 'stop', ...said }] }];
}

/** A strict server without a list of models, which knows OpenAI's fields alone and ignores n. */
function strict(asked: Asked): Reply {
  const unknown = Object.keys(asked.body).filter((key) => /^return_|^top_k$|^min_p$/.test(key));
  return unknown.length > 0
    ? [422, { detail: [{ loc: ['body', unknown[0]], msg: 'Extra inputs are not permitted' }] }]
    : ollama(asked);
}

const list = (...entries: [string, string][]): object[] =>
  entries.map(([id, owned_by]) => ({ id, object: 'model', owned_by }));
const kinds = {
  vllm: { models: list(['tiny', 'vllm']), complete: vllm },
  'llama.cpp': { models: list(['tiny.gguf', 'llamacpp']), complete: llamacpp },
  ollama: { models: list(['tiny:latest', 'library'], ['other:7b', 'library']), complete: ollama },
  strict: { models: null, complete: strict },
};
