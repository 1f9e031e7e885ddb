import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRandom } from '../../../src/algorithms/index.js';
import type { HttpServer } from '../../../src/serving/http/index.js';
import { echoRoute, post, rawConnection, startTestServer } from './server.js';
import type { Json } from './server.js';

let server: HttpServer;
const notes: string[] = [];

beforeAll(async () => {
  server = await startTestServer([echoRoute], {
    limits: { bodyMiB: 1, headersSeconds: 5 },
    note: (text) => notes.push(text),
  });
});

afterAll(() => server.stop());

async function stillServes(): Promise<void> {
  const { status, body } = await post(`${server.url}/echo`, { text: 'hello' });
  expect([status, body.text]).toEqual([200, 'hello']);
}

test('bytes that are no HTTP are answered 400 or hung up on, and the server serves on', async () => {
  const random = createRandom(7);
  const ended = Array.from({ length: 200 }, (_, i) => {
    const { socket, closed } = rawConnection(server.url);
    const bytes = Buffer.alloc(1 + (i % 300));
    for (let at = 0; at < bytes.length; at++) bytes[at] = random.int(256);
    // Half of them begin as a request does.
    if (i % 2 === 0) socket.write('POST /echo HTTP/1.1\r\n');
    socket.end(bytes);
    return closed;
  });
  for (const said of await Promise.all(ended)) expect(said).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
  await stillServes();
});

test('a body of random bytes is a 400 with a reason, never a 500', async () => {
  const random = createRandom(8);
  for (let i = 0; i < 100; i++) {
    const bytes = Uint8Array.from({ length: 1 + (i % 64) }, () => random.int(256));
    const { status, body } = await post(`${server.url}/echo`, bytes);
    expect([status, body.error.code]).toEqual([400, 'bad_request']);
    expect(body.error.message.length).toBeGreaterThan(10);
  }
  await stillServes();
});

test('random JSON of wrong types is a 400 that names the place', async () => {
  const random = createRandom(9);
  const value = (depth: number): Json => {
    const kind = random.int(depth > 3 ? 6 : 8);
    if (kind < 2) return [null, true, false, -1e308, 0.1, ''][random.int(6)];
    if (kind < 4) return random.int(1e9);
    if (kind < 6) return ['text', '__proto__', '\u0000', '💥', '../../etc/passwd'][random.int(5)];
    if (kind === 6) return Array.from({ length: random.int(4) }, () => value(depth + 1));
    const keys = ['text', 'numbers', 'nested', 'constructor', 'toString', 'x'];
    return Object.fromEntries(
      Array.from({ length: random.int(4) }, () => [keys[random.int(6)], value(depth + 1)]),
    );
  };
  let refused = 0;
  for (let i = 0; i < 300; i++) {
    const { status, body } = await post(`${server.url}/echo`, JSON.stringify(value(0)));
    expect([200, 400]).toContain(status);
    if (status !== 400) continue;
    refused++;
    const { error } = body;
    expect(error.code).toBe('bad_request');
    expect(error.message).toContain('expected');
    expect(error.request_id).toMatch(/^[\w-]{36}$/);
  }
  expect(refused).toBeGreaterThan(200);
  await stillServes();
});

test('JSON nested a hundred thousand deep is refused or read, without an end of the stack', async () => {
  const deep = 100_000;
  for (const text of [
    '['.repeat(deep),
    '['.repeat(deep) + ']'.repeat(deep),
    `{"text":"a","nested":${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}}`,
  ]) {
    const { status } = await post(`${server.url}/echo`, text);
    expect([200, 400]).toContain(status);
  }
  await stillServes();
});

test('keys that reach for the prototype are refused', async () => {
  for (const text of [
    '{"text":"a","__proto__":{"polluted":1}}',
    '{"text":"a","nested":{"constructor":{"prototype":{"polluted":1}}}}',
  ])
    expect((await post(`${server.url}/echo`, text)).status).toBe(400);
  expect(({} as Json).polluted).toBeUndefined();
});

test('another content type than JSON is a 415, one that is not said too', async () => {
  const body = '{"text":"a"}';
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'image/png', 'x']) {
    const reply = await post(`${server.url}/echo`, body, { 'content-type': type });
    expect([reply.status, reply.body.error.code]).toEqual([415, 'unsupported_media_type']);
    expect(reply.body.error.message).toContain('content-type: expected application/json, got');
  }
  const form = new FormData();
  form.set('text', 'a');
  expect((await fetch(`${server.url}/echo`, { method: 'POST', body: form })).status).toBe(415);
});

test('an unknown address, a wrong method and a long one say what there is', async () => {
  const missing = await post(`${server.url}/nowhere`, {});
  expect([missing.status, missing.body.error.code]).toEqual([404, 'not_found']);
  expect(missing.body.error.message).toContain('/echo');
  const wrong = await fetch(`${server.url}/echo`);
  expect(wrong.status).toBe(405);
  expect((await wrong.json()).error.message).toBe('/echo takes POST, not GET.');
  for (const path of ['/%', '/%ff%00', `/${'a'.repeat(5000)}`, '//', '/echo/../../etc/passwd'])
    expect([400, 404]).toContain((await fetch(server.url + path)).status);
});

test('headers beyond what a request needs are a 431, and two lengths are no request', async () => {
  const long = rawConnection(server.url);
  long.socket.write(`GET /health HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`);
  expect(await long.closed).toMatch(/^HTTP\/1\.1 431 /);
  const smuggled = rawConnection(server.url);
  smuggled.socket.end(
    'POST /echo HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 12\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /health HTTP/1.1\r\n\r\n',
  );
  expect(await smuggled.closed).toMatch(/^HTTP\/1\.1 400 /);
  await stillServes();
});

test('no hostile request was taken for a mistake of the server', () => {
  expect(notes).toEqual([]);
});
