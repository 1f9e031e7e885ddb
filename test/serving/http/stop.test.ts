import { expect, test } from 'vitest';
import { echoRoute, holdRoute, post, rawConnection, startTestServer } from './server.js';
import type { Held } from './server.js';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test('a stop under load answers everything that is in flight and takes nothing new', async () => {
  const held: Held[] = [];
  const server = await startTestServer([echoRoute, holdRoute((each) => held.push(each))]);
  const url = `${server.url}/hold`;
  const answers = Array.from({ length: 50 }, (_, i) => post(url, { text: `${i}` }));
  while (held.length < 50) await pause(5);
  let stopped = false;
  const stopping = server.stop().then(() => (stopped = true));
  await pause(50);
  expect(stopped).toBe(false);
  // A new connection is refused; one that is open is told 503.
  const fresh = await post(`${server.url}/echo`, { text: 'new' }).then(
    ({ status }) => status,
    () => 'refused',
  );
  expect([503, 'refused']).toContain(fresh);
  for (const each of held) each.finish();
  const replies = await Promise.all(answers);
  expect(replies.map(({ status, body }) => [status, body.text])).toEqual(
    replies.map((_, i) => [200, `${i}`]),
  );
  await stopping;
  await expect(fetch(`${server.url}/health`)).rejects.toThrow();
});

test('what is not done when the waiting is over is answered 503, and its work is ended', async () => {
  const held: Held[] = [];
  const server = await startTestServer([holdRoute((each) => held.push(each))], {
    limits: { drainSeconds: 0.2 },
  });
  const answer = post(`${server.url}/hold`, { text: 'never' });
  while (held.length < 1) await pause(5);
  await server.stop();
  const { status, body } = await answer;
  expect([status, body.error.code]).toEqual([503, 'stopping']);
  expect(held[0].signal.aborted).toBe(true);
});

test('connections that are kept alive or silent hold up no stop, and two stops are one', async () => {
  const server = await startTestServer([echoRoute]);
  const silent = rawConnection(server.url);
  for (let i = 0; i < 4; i++) await post(`${server.url}/echo`, { text: 'a' });
  await Promise.all([server.stop(), server.stop()]);
  expect(await silent.closed).toBe('');
  await expect(fetch(`${server.url}/health`)).rejects.toThrow();
});
