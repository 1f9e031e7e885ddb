import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { pushThing } from '../../src/experiments/export/index.js';
import { pushToHub } from '../../src/hub/push.js';
import { startPushHub, writeToken } from './push-server.js';
import type { PushHub } from './push-server.js';

let hub: PushHub;
let folder: string;

beforeEach(async () => {
  hub = await startPushHub();
  vi.stubEnv('HF_ENDPOINT', hub.url);
  vi.stubEnv('HF_TOKEN', writeToken);
  vi.stubEnv('HF_HUB_OFFLINE', '');
  folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-push-'));
  await mkdir(path.join(folder, 'inner'));
  await writeFile(path.join(folder, 'small.json'), '{"a": "ü"}');
  await writeFile(path.join(folder, 'inner', 'large.bin'), Buffer.alloc(300_000, 7));
  await writeFile(path.join(folder, '.secret'), 'not this');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await hub.close();
  await rm(folder, { recursive: true, force: true });
});

const filesOf = (key: string): Record<string, string> =>
  Object.fromEntries(
    [...(hub.repositories.get(key) ?? [])].map(([name, bytes]) => [
      name,
      bytes.length > 100 ? `${bytes.length} bytes` : String(bytes),
    ]),
  );

test('a folder becomes one commit of a private repository, large files by their hash', async () => {
  const seen: string[] = [];
  const done = await pushToHub(folder, 'me/adapter', {
    kind: 'model',
    card: '# card',
    onProgress: (file) => seen.push(file),
  });
  expect(done).toMatchObject({
    name: 'me/adapter',
    url: `${hub.url}/me/adapter`,
    commit: 'c'.repeat(40),
    created: true,
    files: ['inner/large.bin', 'small.json'],
  });
  expect(filesOf('model me/adapter')).toEqual({
    'inner/large.bin': '300000 bytes',
    'small.json': '{"a": "ü"}',
    'README.md': '# card',
  });
  expect(hub.made[0]).toMatchObject({ visibility: 'private', type: 'model' });
  expect(seen).toContain('inner/large.bin');
  // Again: the repository is there, the large file is not sent twice.
  const sent = hub.objects.size;
  const again = await pushToHub(folder, 'me/adapter', { kind: 'model', title: 'second' });
  expect([again.created, hub.objects.size, hub.titles.at(-1)]).toEqual([false, sent, 'second']);
});

test('a file becomes a data set; a card that is there is kept', async () => {
  await writeFile(path.join(folder, 'README.md'), 'mine');
  await pushToHub(path.join(folder, 'small.json'), 'me/rows', { kind: 'dataset', private: false });
  expect(filesOf('dataset me/rows')).toEqual({ 'small.json': '{"a": "ü"}' });
  expect(hub.made[0]).toMatchObject({ visibility: 'public', type: 'dataset' });
  await pushToHub(folder, 'me/all', { kind: 'dataset', card: 'made' });
  expect(filesOf('dataset me/all')['README.md']).toBe('mine');
});

test('what cannot be pushed says why, and a token never shows', async () => {
  const push = (name = 'me/x'): Promise<unknown> => pushToHub(folder, name, { kind: 'model' });
  await expect(push('nobody')).rejects.toThrow('owner/name');
  await expect(push('me/x@branch')).rejects.toThrow('owner/name');
  await expect(pushToHub(`${folder}/none`, 'me/x', { kind: 'model' })).rejects.toThrow(
    'there is none',
  );
  hub.fail = { at: '/objects/', status: 503 };
  await expect(push()).rejects.toThrow('(503)');
  // What failed left no commit.
  expect(filesOf('model me/x')).toEqual({});
  hub.fail = null;
  vi.stubEnv('HF_TOKEN', 'hf_of_a_reader');
  const refusal = await push().catch((error: Error) => error.message);
  expect(refusal).toContain('HF_TOKEN may not write');
  expect(refusal).not.toContain('hf_of_a_reader');
  vi.stubEnv('HF_TOKEN', '');
  vi.stubEnv('HF_TOKEN_PATH', path.join(folder, 'no-token'));
  await expect(push()).rejects.toThrow('Set HF_TOKEN');
  vi.stubEnv('HF_HUB_OFFLINE', '1');
  await expect(push()).rejects.toThrow('HF_HUB_OFFLINE is set');
});

test('an adapter, a model and rows are told apart, and get a card without paths of this machine', async () => {
  const adapter = path.join(folder, 'adapter');
  await mkdir(adapter);
  const config = { base_model_name_or_path: '/home/me/models/base', r: 8 };
  await writeFile(path.join(adapter, 'adapter_config.json'), JSON.stringify(config));
  const pushed = await pushThing(adapter, 'me/one');
  expect(pushed.kind).toBe('model');
  const card = filesOf('model me/one')['README.md'];
  expect(hub.repositories.get('model me/one')?.get('README.md')?.toString()).toContain('peft');
  expect(card).not.toContain('/home/me');
  await writeFile(path.join(folder, 'rows.jsonl'), '{"text": "a"}\n');
  expect((await pushThing(path.join(folder, 'rows.jsonl'), 'me/rows')).kind).toBe('dataset');
  expect(hub.repositories.get('dataset me/rows')?.get('README.md')?.toString()).toContain(
    'data_files: rows.jsonl',
  );
  await expect(pushThing(path.join(folder, 'nothing'), 'me/x')).rejects.toThrow();
});
