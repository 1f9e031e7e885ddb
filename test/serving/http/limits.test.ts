import { afterEach, expect, test } from 'vitest';
import type { HttpServer, HttpServerOptions } from '../../../src/serving/http/index.js';
import { echoRoute, post, rawConnection, startTestServer } from './server.js';

let server: HttpServer | null = null;

afterEach(async () => {
  await server?.stop();
  server = null;
});

async function start(options: Partial<HttpServerOptions>): Promise<string> {
  server = await startTestServer([echoRoute], options);
  return server.url;
}

const keys = [
  { tenant: 'alice', key: 'alice-0123456789abcdef' },
  { tenant: 'bob', key: 'bob-0123456789abcdefgh' },
];
const alice = { authorization: `Bearer ${keys[0].key}` };
const bob = { 'x-api-key': keys[1].key };

test('a body that is too long is a 413, announced or in chunks, and is not read to its end', async () => {
  const url = await start({ limits: { bodyMiB: 1 } });
  const text = 'a'.repeat(2 ** 20);
  const announced = await post(`${url}/echo`, { text });
  expect([announced.status, announced.body.error.code]).toEqual([413, 'too_large']);
  expect(announced.body.error.message).toMatch(/larger than [\d.]+ MiB/);
  const { socket, closed } = rawConnection(url);
  socket.write(
    'POST /echo HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
  );
  const chunk = `10000\r\n${'a'.repeat(65_536)}\r\n`;
  // No end ever comes: the answer has to come before it.
  const feeding = setInterval(() => socket.writable && socket.write(chunk), 1);
  expect(await closed).toMatch(/^HTTP\/1\.1 413 /);
  clearInterval(feeding);
  expect((await post(`${url}/echo`, { text: 'a' })).status).toBe(200);
});

test('beyond the rate limit one tenant waits, and another does not', async () => {
  const url = await start({ keys, limits: { requestsPerMinute: 5 } });
  const statuses: number[] = [];
  for (let i = 0; i < 8; i++)
    statuses.push((await post(`${url}/echo`, { text: 'a' }, alice)).status);
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
  const refused = await post(`${url}/echo`, { text: 'a' }, alice);
  expect(refused.body.error.code).toBe('rate_limited');
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await post(`${url}/echo`, { text: 'a' }, bob)).status).toBe(200);
  expect((await fetch(`${url}/health`)).status).toBe(200);
});

test('keys are told apart in both headers; guesses are few and cost nobody else', async () => {
  const url = await start({ keys, limits: { refusalsPerMinute: 4 } });
  expect((await post(`${url}/echo`, { text: 'a' }, alice)).body.tenant).toBe('alice');
  expect((await post(`${url}/echo`, { text: 'a' }, bob)).body.tenant).toBe('bob');
  const guesses = [
    {},
    { authorization: 'Bearer' },
    { 'x-api-key': 'alice' },
    { authorization: 'x' },
  ];
  for (const guess of guesses) {
    const reply = await post(`${url}/echo`, { text: 'a' }, guess as Record<string, string>);
    expect([reply.status, reply.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(JSON.stringify(reply.body)).not.toContain(keys[0].key);
  }
  expect((await post(`${url}/echo`, { text: 'a' })).status).toBe(429);
  expect((await post(`${url}/echo`, { text: 'a' }, alice)).status).toBe(200);
  expect((await fetch(`${url}/metrics`)).status).toBe(429);
  expect((await fetch(`${url}/metrics`, { headers: alice })).status).toBe(200);
});

test('without a key no body is read and no handler is reached', async () => {
  const url = await start({ keys, limits: { bodyMiB: 1 } });
  const { socket, closed } = rawConnection(url);
  socket.write(
    'POST /echo HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: 500000\r\n\r\n',
  );
  expect(await closed).toMatch(/^HTTP\/1\.1 401 /);
});

test('a page in a browser cannot reach a server on loopback under another name', async () => {
  const url = await start({});
  const { socket, closed } = rawConnection(url);
  socket.end('GET /health HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n');
  const said = await closed;
  expect(said).toMatch(/^HTTP\/1\.1 403 /);
  expect(said).toContain('localhost only');
});

test('beyond this machine it wants a key, and says how to give one', async () => {
  await expect(start({ host: '0.0.0.0' })).rejects.toThrow('--api-key-env NAME');
  await expect(start({ port: 70_000 })).rejects.toThrow('from 0 to 65535');
});

test('a second server on the port says that it is in use', async () => {
  const url = await start({});
  const port = Number(new URL(url).port);
  await expect(startTestServer([echoRoute], { port })).rejects.toThrow('port is in use');
});
