import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { contentOf, type RecordedAnswer } from './answers.js';

export interface ChatRequest {
  /** The slot that was asked for. */
  slot: number;
  body: Record<string, unknown>;
  headers: Record<string, string | string[] | undefined>;
  atMs: number;
}

export interface ChatServer {
  baseUrl: string;
  /** Every request in order of arrival. */
  asked: ChatRequest[];
  close(): Promise<void>;
}

/** Answers for itself (`'answered'`), or gives what the slot's answer is. */
export type Behaviour = (
  request: ChatRequest,
  response: ServerResponse,
  /** Of this slot, from 1. */
  times: number,
) => RecordedAnswer | 'answered';

/** A chat endpoint over real HTTP, on a free port. */
export async function startChatServer(
  behave: Behaviour,
  { usage = true, delayMs = 0 }: { usage?: boolean; delayMs?: number } = {},
): Promise<ChatServer> {
  const asked: ChatRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
      const words = JSON.stringify(body['messages']);
      const slot = Number(/Write problem number (\d+)/.exec(words)?.[1]) - 1;
      const one = { slot, body, headers: request.headers, atMs: performance.now() };
      asked.push(one);
      const times = asked.filter((each) => each.slot === slot).length;
      setTimeout(() => {
        const found = behave(one, response, times);
        if (found !== 'answered') sendJson(response, 200, completion(found, words, usage));
      }, delayMs);
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

function completion(answer: RecordedAnswer, prompt: string, usage: boolean): object {
  const content = contentOf(answer);
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    model: 'test-model-1',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content },
        finish_reason: answer.finishReason ?? 'stop',
      },
    ],
    ...(usage && {
      usage: {
        prompt_tokens: Math.ceil(prompt.length / 4),
        completion_tokens: Math.ceil(content.length / 4),
        total_tokens: Math.ceil(prompt.length / 4) + Math.ceil(content.length / 4),
        cost: 0.001,
      },
    }),
  };
}
