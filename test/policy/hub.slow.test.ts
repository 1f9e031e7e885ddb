import { mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  attachAdapter,
  loadAdapter,
  loadPolicy,
  modelFolder,
  saveAdapter,
  savePolicy,
  tokenizerFolder,
  type SourceProgress,
} from '../../src/policy/index.js';
import { parseHubId } from '../../src/hub/id.js';
import { selectBackend } from '../../src/tensor/index.js';
import { temporaryFolder, tinyPolicy } from './fixtures.js';
import { commitOf, etagOf, startHub, type TestHub } from './hub-server.js';

const id = 'Qwen/Qwen2.5-Tiny';
const commit = commitOf(id);
const root = await temporaryFolder();
let hub: TestHub;
let home: string;
let revision: string;
let made = 0;

beforeAll(async () => {
  await selectBackend('cpu');
  hub = await startHub();
  const policy = await tinyPolicy();
  revision = policy.revision;
  const filesOf = async (folder: string): Promise<Map<string, Buffer>> => {
    const names = await readdir(folder);
    const contents = await Promise.all(names.map((name) => readFile(path.join(folder, name))));
    return new Map(names.map((name, i) => [name, contents[i]]));
  };
  const whole = path.join(root, 'whole');
  await savePolicy(policy, whole);
  const files = await filesOf(whole);
  for (const unneeded of ['pytorch_model.bin', 'onnx/model.onnx', 'README.md', 'vocab.json']) {
    files.set(unneeded, Buffer.alloc(20_000, unneeded));
  }
  files.set('chat_template.jinja', Buffer.from('{{ messages[0].content }}'));
  hub.repositories.set(id, { files, refs: { main: commit, 'v1.0': commit } });
  const sharded = path.join(root, 'sharded');
  await savePolicy(policy, sharded, { maxShardBytes: 12_000 });
  hub.repositories.set('some/sharded', {
    files: await filesOf(sharded),
    refs: { main: commitOf('some/sharded') },
  });
  attachAdapter(policy, { r: 2, loraAlpha: 4, targetModules: ['q_proj'], seed: 3 });
  const adapter = path.join(root, 'adapter');
  await saveAdapter(policy, adapter);
  hub.repositories.set('some/adapter', {
    files: await filesOf(adapter),
    refs: { main: commitOf('some/adapter') },
  });
  policy.dispose();
});
afterAll(() => hub.close());

beforeEach(() => {
  home = path.join(root, `home-${made++}`);
  hub.requests.length = 0;
  hub.faults = {};
  const environment: Record<string, string | undefined> = {
    HF_HOME: home,
    HF_ENDPOINT: hub.url,
    HF_HUB_CACHE: undefined,
    HUGGINGFACE_HUB_CACHE: undefined,
    HF_HUB_OFFLINE: undefined,
    TRANSFORMERS_OFFLINE: undefined,
    HF_TOKEN: undefined,
    HUGGING_FACE_HUB_TOKEN: undefined,
    HF_TOKEN_PATH: undefined,
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
});
afterEach(() => vi.unstubAllEnvs());

const repositoryFolder = (of = id): string =>
  path.join(home, 'hub', `models--${of.replace('/', '--')}`);
const weights = (): { content: Buffer; blob: string } => {
  const content = hub.repositories.get(id)!.files.get('model.safetensors')!;
  return { content, blob: path.join(repositoryFolder(), 'blobs', etagOf(content).etag) };
};
const rangesOf = (file: string): (string | undefined)[] =>
  hub.requests
    .filter(
      ({ url, range }) => url.startsWith('/cdn') && url.endsWith(file) && range !== 'bytes=0-0',
    )
    .map(({ range }) => range);

describe('a Hub id', () => {
  it('loads the model, from files kept as Python keeps them, only those that are needed', async () => {
    const seen: SourceProgress[] = [];
    const policy = await loadPolicy(id, { onProgress: (progress) => seen.push(progress) });
    expect(policy.revision).toBe(revision);
    expect(policy.source?.hub).toEqual({ name: id, commit });
    policy.dispose();
    const folder = repositoryFolder();
    expect(await readFile(path.join(folder, 'refs', 'main'), 'utf8')).toBe(commit);
    const snapshot = path.join(folder, 'snapshots', commit);
    expect((await readdir(snapshot)).sort()).toEqual([
      'chat_template.jinja',
      'config.json',
      'generation_config.json',
      'model.safetensors',
      'special_tokens_map.json',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    const { files } = hub.repositories.get(id)!;
    for (const name of await readdir(snapshot)) {
      const { etag } = etagOf(files.get(name)!);
      expect(await readlink(path.join(snapshot, name))).toBe(`../../blobs/${etag}`);
      expect(await readFile(path.join(snapshot, name))).toEqual(files.get(name));
    }
    expect(await readdir(path.join(folder, 'blobs'))).toHaveLength(7);
    // Progress grows from 0 to all bytes, the weights last.
    const total = seen[0].totalBytes;
    const bytes = seen.map((progress) => progress.bytes);
    expect(bytes).toEqual([...bytes].sort((a, b) => a - b));
    expect(seen.at(-1)).toEqual({ id, file: 'model.safetensors', bytes: total, totalBytes: total });
    // The second time nothing is fetched; a commit is not even asked for.
    hub.requests.length = 0;
    expect((await modelFolder(id)).folder).toBe(snapshot);
    expect(hub.requests.map(({ url }) => url)).toEqual([`/api/models/${id}/revision/main`]);
    expect((await modelFolder(`${id}@${commit}`)).folder).toBe(snapshot);
    expect(hub.requests).toHaveLength(1);
  });

  it('takes a tag, shards by their index, and an adapter', async () => {
    const tagged = await modelFolder(`${id}@v1.0`);
    expect(path.basename(tagged.folder)).toBe(commit);
    expect(await readdir(path.join(repositoryFolder(), 'refs'))).toEqual(['v1.0']);
    const policy = await loadPolicy('some/sharded', { adapter: 'some/adapter' });
    expect(policy.adapter?.r).toBe(2);
    expect((await loadAdapter(policy, 'some/adapter', { name: 'second' })).r).toBe(2);
    policy.dispose();
    const snapshot = path.join(repositoryFolder('some/adapter'), 'snapshots');
    expect(await readdir(path.join(snapshot, commitOf('some/adapter')))).toEqual([
      'adapter_config.json',
      'adapter_model.safetensors',
    ]);
  });

  it('brings the tokenizer alone where no more is asked for', async () => {
    const { folder } = await tokenizerFolder(id);
    expect((await readdir(folder)).sort()).toEqual([
      'chat_template.jinja',
      'special_tokens_map.json',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    // The rest comes when it is.
    await modelFolder(id);
    expect(await readdir(folder)).toContain('model.safetensors');
  });

  it('gives way to a local folder of that name', async () => {
    const before = process.cwd();
    const place = path.join(root, 'place');
    await mkdir(path.join(place, id), { recursive: true });
    process.chdir(place);
    try {
      expect(await modelFolder(id)).toEqual({ folder: path.resolve(id), hub: null });
      expect(hub.requests).toEqual([]);
    } finally {
      process.chdir(before);
    }
  });

  it('is owner/name with an optional revision, nothing else', () => {
    expect(parseHubId('Qwen/Qwen2.5-0.5B')).toEqual({
      name: 'Qwen/Qwen2.5-0.5B',
      revision: 'main',
    });
    expect(parseHubId('a/b@refs/pr/1')).toEqual({ name: 'a/b', revision: 'refs/pr/1' });
    for (const text of [
      'gpt2',
      './a/b',
      '/a/b',
      'a/b/c',
      '../a',
      'a/..',
      'a/b@',
      'a--b/c',
      'a/b@../c',
    ])
      expect(parseHubId(text), text).toBeNull();
  });
});

describe('a download', () => {
  it('goes on where the connection broke', async () => {
    const { content, blob } = weights();
    hub.faults = { cut: { file: 'model.safetensors', after: 15_000, times: 2 } };
    await modelFolder(id);
    expect(await readFile(blob)).toEqual(content);
    const last = content.length - 1;
    expect(rangesOf('model.safetensors')).toEqual([
      undefined,
      `bytes=15000-${last}`,
      `bytes=30000-${last}`,
    ]);
    expect((await readdir(path.dirname(blob))).filter((n) => n.includes('incomplete'))).toEqual([]);
  });

  it('never leaves half a file as whole, and goes on with what a gone process left', async () => {
    const { content, blob } = weights();
    hub.faults = { cut: { file: 'model.safetensors', after: 0, times: 9 } };
    await expect(modelFolder(id)).rejects.toThrow(/cannot be fetched.*what has arrived is kept/);
    const left = await readdir(path.dirname(blob));
    expect(left).not.toContain(path.basename(blob));
    await expect(modelFolder(id, { offline: true })).rejects.toThrow(
      /has nothing of its revision main/,
    );
    // No process has the id 99999999.
    for (const name of left) {
      if (name.includes('incomplete')) await rm(path.join(path.dirname(blob), name));
    }
    const leftover = `${blob}.${hostname()}.99999999.incomplete`;
    await writeFile(leftover, content.subarray(0, 20_000));
    hub.faults = {};
    hub.requests.length = 0;
    await modelFolder(id);
    expect(rangesOf('model.safetensors')).toEqual([`bytes=20000-${content.length - 1}`]);
    expect(await readFile(blob)).toEqual(content);
    expect(await readdir(path.dirname(blob))).toHaveLength(7);
  });

  it('starts over where what was left, or the answer to a range, does not fit', async () => {
    for (const [left, ignoreRanges] of [
      [Buffer.alloc(20_000, 'z'), false],
      [weights().content.subarray(0, 20_000), true],
      [Buffer.alloc(200_000, 'z'), false],
    ] as const) {
      const { content, blob } = weights();
      await rm(repositoryFolder(), { recursive: true, force: true });
      await mkdir(path.dirname(blob), { recursive: true });
      await writeFile(`${blob}.${hostname()}.99999999.incomplete`, left);
      hub.faults = { ignoreRanges };
      await modelFolder(id);
      expect(await readFile(blob)).toEqual(content);
    }
  });

  it('refuses what is not the listed file', async () => {
    hub.faults = { corrupt: 'model.safetensors' };
    await expect(modelFolder(id)).rejects.toThrow(
      /model\.safetensors: what arrived is not the file that the Hub lists/,
    );
    const blobs = await readdir(path.dirname(weights().blob));
    expect(blobs).toHaveLength(6);
    expect(blobs.some((name) => name.includes('incomplete'))).toBe(false);
  });

  it('stops when it is told to', async () => {
    const controller = new AbortController();
    const loading = modelFolder(id, {
      signal: controller.signal,
      onProgress: ({ file }) => file === 'model.safetensors' && controller.abort(),
    });
    await expect(loading).rejects.toThrow(/abort/i);
    expect(await readdir(path.dirname(weights().blob))).not.toContain(
      path.basename(weights().blob),
    );
  });

  it('says which cache cannot be written', async () => {
    await mkdir(home, { recursive: true });
    await writeFile(path.join(home, 'hub'), 'a file where the cache should be');
    await expect(modelFolder(id)).rejects.toThrow(
      /cannot be kept in the cache .*hub: .* or set HF_HUB_CACHE to another folder/,
    );
  });

  it('is shared by two loads at once', async () => {
    await Promise.all([modelFolder(id), modelFolder(id)]);
    expect(rangesOf('model.safetensors')).toHaveLength(1);
  });
});

/** An address where nobody listens. */
async function closedAddress(): Promise<string> {
  const other = await startHub();
  await other.close();
  return other.url;
}

/** A cache as Python's huggingface_hub leaves it. */
async function pythonCache(
  cache: string,
  files: Iterable<[string, Buffer]>,
  of: string = id,
): Promise<string> {
  const folder = path.join(cache, `models--${of.replace('/', '--')}`);
  const snapshot = path.join(folder, 'snapshots', commitOf(of));
  for (const name of ['blobs', 'refs', `snapshots/${commitOf(of)}`])
    await mkdir(path.join(folder, name), { recursive: true });
  await writeFile(path.join(folder, 'refs', 'main'), commitOf(of));
  for (const [name, content] of files) {
    const { etag } = etagOf(content);
    await writeFile(path.join(folder, 'blobs', etag), content);
    await symlink(`../../blobs/${etag}`, path.join(snapshot, name));
  }
  return snapshot;
}

describe('without network', () => {
  it('a cache that Python filled is read, wherever the environment puts it', async () => {
    const { files } = hub.repositories.get(id)!;
    const root = [...files].filter(([name]) => !name.includes('/'));
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    await pythonCache(path.join(home, 'hub'), root);
    const policy = await loadPolicy(id);
    expect(policy.revision).toBe(revision);
    policy.dispose();
    const other = path.join(home, 'elsewhere');
    const snapshot = await pythonCache(other, root);
    vi.stubEnv('HF_HUB_CACHE', other);
    expect((await modelFolder(id)).folder).toBe(snapshot);
    expect((await modelFolder(`${id}@${commit}`)).folder).toBe(snapshot);
    expect(hub.requests).toEqual([]);
  });

  it('what is missing is named', async () => {
    await expect(modelFolder(id, { offline: true })).rejects.toThrow(
      `${id}: offline mode is on, and the cache ${path.join(home, 'hub')} has nothing of its revision main.`,
    );
    const { files } = hub.repositories.get('some/sharded')!;
    const shards = [...files.keys()].filter((name) => /-of-/.test(name));
    const some = [...files].filter(([name]) => name !== 'config.json' && name !== shards[1]);
    await pythonCache(path.join(home, 'hub'), some, 'some/sharded');
    await expect(modelFolder('some/sharded', { offline: true })).rejects.toThrow(
      `lacks config.json, ${shards[1]}. Fetch it once with network`,
    );
    const only = [...files].filter(([name]) => name === 'tokenizer.json');
    await rm(repositoryFolder('some/sharded'), { recursive: true });
    await pythonCache(path.join(home, 'hub'), only, 'some/sharded');
    await expect(modelFolder('some/sharded', { offline: true })).rejects.toThrow(
      /lacks config\.json, model\.safetensors\./,
    );
    await expect(tokenizerFolder('some/sharded', { offline: true })).resolves.toBeTruthy();
  });

  it('the cache stands in for a Hub that does not answer, and a note says so', async () => {
    await modelFolder(id);
    for (const fault of ['closed', 'overloaded']) {
      if (fault === 'closed') vi.stubEnv('HF_ENDPOINT', await closedAddress());
      else {
        vi.stubEnv('HF_ENDPOINT', hub.url);
        hub.faults = { status: 503 };
      }
      const notes: string[] = [];
      const { folder } = await modelFolder(id, { onNote: (note) => notes.push(note) });
      expect(path.basename(folder)).toBe(commit);
      expect(notes).toEqual([
        expect.stringMatching(/cannot be reached; using the cached revision/),
      ]);
    }
  });
});

describe('what the Hub refuses', () => {
  const rejected = async (source: string): Promise<string> => {
    const error: unknown = await modelFolder(source).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ name: 'RlsfError' });
    return (error as Error).message;
  };

  it('is said with the cause and the remedy', async () => {
    expect(await rejected('no/body')).toMatch(
      /^no\/body: the Hub \(http:.*\) shows no such model \(401\)\. There is no folder no\/body here either\..*set HF_TOKEN/,
    );
    expect(await rejected(`${id}@v9`)).toMatch(/has this model, but no revision v9/);
    vi.stubEnv('HF_TOKEN', 'hf_wrong');
    expect(await rejected('no/body')).toMatch(/has no such model or file \(404\)/);
    vi.stubEnv('HF_ENDPOINT', await closedAddress());
    expect(await rejected(id)).toMatch(
      /cannot be fetched from the Hub .*ECONNREFUSED.*local folder/,
    );
    vi.stubEnv('HF_ENDPOINT', hub.url);
    hub.faults = { status: 500 };
    expect(await rejected(id)).toMatch(/cannot be fetched from the Hub .* status 500/);
  });

  it('names the terms of a gated model, and a token of the environment opens it', async () => {
    const { files, refs } = hub.repositories.get(id)!;
    hub.repositories.set('some/gated', {
      files,
      refs: { ...refs, main: commitOf('some/gated') },
      gated: true,
    });
    expect(await rejected('some/gated')).toMatch(
      /only to those who accepted its terms \(401\)\. Accept them at .*\/some\/gated and set HF_TOKEN/,
    );
    vi.stubEnv('HF_TOKEN', 'hf_wrong');
    expect(await rejected('some/gated')).toMatch(
      /\(403\).*with the account of the token in HF_TOKEN/,
    );
    vi.stubEnv('HF_TOKEN', undefined);
    const file = path.join(home, 'my-token');
    await mkdir(home, { recursive: true });
    await writeFile(file, `${hub.token}\n`);
    vi.stubEnv('HF_TOKEN_PATH', file);
    hub.requests.length = 0;
    await modelFolder('some/gated');
    expect(new Set(hub.requests.map(({ token }) => token))).toEqual(new Set([hub.token]));
    await rm(repositoryFolder('some/gated'), { recursive: true });
    vi.stubEnv('HF_TOKEN_PATH', undefined);
    await writeFile(path.join(home, 'token'), hub.token);
    await modelFolder('some/gated');
    vi.stubEnv('HF_TOKEN', 'secret');
    expect(await rejected('some/gated')).toMatch(/^HF_TOKEN: expected an access token .*hf_/);
  });

  it('names what a repository lacks', async () => {
    const { files } = hub.repositories.get(id)!;
    const refs = { main: commitOf('some/pickle') };
    const small = [...files].filter(([name]) => /^(config|tokenizer)\.json$/.test(name));
    hub.repositories.set('some/pickle', {
      files: new Map([...small, ['pytorch_model.bin', Buffer.alloc(9)]]),
      refs,
    });
    expect(await rejected('some/pickle')).toMatch(
      /lacks model\.safetensors or model\.safetensors\.index\.json; it has pytorch_model\.bin/,
    );
    expect(await rejected('not/a/folder')).toMatch(/no folder not\/a\/folder, and it is no Hub id/);
  });
});
