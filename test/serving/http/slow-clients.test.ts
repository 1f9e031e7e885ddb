import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HttpServer } from '../../../src/serving/http/index.js';
import { dribble, echoRoute, post, rawConnection, startTestServer } from './server.js';

let server: HttpServer;

beforeAll(async () => {
  server = await startTestServer([echoRoute], {
    limits: { headersSeconds: 0.2, receiveSeconds: 0.4 },
  });
});

afterAll(() => server.stop());

test('who dribbles headers or a body is answered 408 while others are served', async () => {
  const head =
    'POST /echo HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n';
  const slow = Array.from({ length: 20 }, (_, i) => {
    const { socket, closed } = rawConnection(server.url);
    if (i % 2 === 0) void dribble(socket, `${head}x: ${'y'.repeat(100_000)}`, 20);
    else {
      socket.write(`${head}\r\n`);
      void dribble(socket, `{"text":"${'a'.repeat(100_000)}`, 20);
    }
    return closed;
  });
  expect((await post(`${server.url}/echo`, { text: 'quick' })).status).toBe(200);
  // They would go on for half an hour: that this ends at all is the server's doing.
  for (const said of await Promise.all(slow)) expect(said).toMatch(/^HTTP\/1\.1 408 /);
  expect((await post(`${server.url}/echo`, { text: 'quick' })).status).toBe(200);
});

test('who connects and says nothing is hung up on', async () => {
  const silent = Array.from({ length: 5 }, () => rawConnection(server.url).closed);
  for (const said of await Promise.all(silent)) expect(said).toMatch(/^(HTTP\/1\.1 408 |$)/);
});

test('half a body and a closed line leave nothing in progress', async () => {
  for (let i = 0; i < 10; i++) {
    const { socket, closed } = rawConnection(server.url);
    socket.write(
      'POST /echo HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{"text":',
    );
    setTimeout(() => socket.destroy(), 10);
    await closed;
  }
  for (;;) {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    // Whoever reads is in progress.
    if (/^test_requests_in_progress 1$/m.test(text)) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});
