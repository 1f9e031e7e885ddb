import { afterEach, expect, test } from 'vitest';
import type { HttpServer } from '../../../src/serving/http/index.js';
import { httpError, postRoute } from '../../../src/serving/http/index.js';
import { echoRoute, holdRoute, post, startTestServer } from './server.js';
import type { Held } from './server.js';
import { z } from 'zod';

let server: HttpServer | null = null;

afterEach(async () => {
  await server?.stop();
  server = null;
});

const keys = Array.from({ length: 8 }, (_, i) => ({
  tenant: `tenant${i}`,
  key: `key-${i}-0123456789abcdef`,
}));
const as = (i: number): Record<string, string> => ({ 'x-api-key': keys[i].key });

test('of hundreds at once each gets its own text, its own id and its own tenant', async () => {
  server = await startTestServer([echoRoute], { keys });
  const url = `${server.url}/echo`;
  await Promise.all(
    Array.from({ length: 400 }, async (_, i) => {
      const id = `request-${i}`;
      const headers = { ...as(i % 8), 'x-request-id': id };
      // Every fifth is refused: its words must not turn up elsewhere.
      const bad = i % 5 === 0;
      const reply = await post(url, { text: bad ? i : `text ${i}` }, headers);
      expect(reply.headers.get('x-request-id')).toBe(id);
      if (bad)
        expect(reply.body.error).toMatchObject({
          where: 'text',
          got: `the number ${i}`,
          request_id: id,
        });
      else
        expect(reply.body).toEqual({
          text: `text ${i}`,
          numbers: [],
          tenant: `tenant${i % 8}`,
          id,
        });
    }),
  );
});

test('an id that is no plain word is replaced, and cannot add a header', async () => {
  server = await startTestServer([echoRoute]);
  const reply = await post(`${server.url}/echo`, { text: 'a' }, { 'x-request-id': 'a b"<script>' });
  expect(reply.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
});

test('a mistake of the server is told without its words, which go to its notes', async () => {
  const notes: string[] = [];
  const routes = ['secret of another', 'known'].map((message, i) =>
    postRoute({
      path: `/fail${i}`,
      name: `fail${i}`,
      summary: 'fails',
      body: z.object({}),
      handle: () => {
        throw i === 0 ? new Error(message) : httpError(409, 'conflict', message);
      },
    }),
  );
  server = await startTestServer(routes, { note: (text) => notes.push(text) });
  const inner = await post(`${server.url}/fail0`, {});
  expect([inner.status, inner.body.error.code]).toEqual([500, 'internal']);
  expect(JSON.stringify(inner.body)).not.toContain('secret');
  expect(notes).toHaveLength(1);
  expect(notes[0]).toContain('secret of another');
  expect(notes[0]).toContain(inner.body.error.request_id);
  const told = await post(`${server.url}/fail1`, {});
  expect([told.status, told.body.error.message]).toEqual([409, 'known']);
});

test('a caller that has gone, or whose time is up, ends its work and no other’s', async () => {
  const held: Held[] = [];
  server = await startTestServer([holdRoute((each) => held.push(each))], {
    limits: { requestSeconds: 0.5 },
  });
  const url = `${server.url}/hold`;
  const late = post(url, { text: 'late' });
  const { status, body } = await late;
  expect([status, body.error.code]).toEqual([504, 'timeout']);
  expect(held[0].signal.aborted).toBe(true);

  const leaving = new AbortController();
  const gone = post(url, { text: 'gone' }, {}, leaving.signal).catch((e: Error) => e.name);
  while (held.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  leaving.abort();
  expect(await gone).toBe('AbortError');
  while (!held[1].signal.aborted) await new Promise((resolve) => setTimeout(resolve, 5));
});
