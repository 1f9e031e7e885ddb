import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { modelFolder, savePolicy } from '../../src/policy/index.js';
import { selectBackend } from '../../src/tensor/index.js';
import { temporaryFolder, tinyPolicy } from './fixtures.js';
import { commitOf, startHub, type TestHub } from './hub-server.js';

const python = process.env['RLSF_TEST_PYTHON'];
const id = 'some/model';
const root = await temporaryFolder();
let hub: TestHub;

async function runPython(home: string, code: string): Promise<string> {
  const env = { ...process.env, HF_HOME: home, HF_ENDPOINT: hub.url, HF_HUB_DISABLE_XET: '1' };
  const { stdout } = await promisify(execFile)(python ?? 'python3', ['-c', code], { env });
  return stdout.trim();
}

// Set RLSF_TEST_PYTHON to the path of an interpreter that has huggingface_hub.
describe.skipIf(python === undefined)("Python's huggingface_hub (RLSF_TEST_PYTHON)", () => {
  beforeAll(async () => {
    await selectBackend('cpu');
    hub = await startHub();
    const policy = await tinyPolicy();
    const folder = path.join(root, 'model');
    await savePolicy(policy, folder);
    policy.dispose();
    const files = new Map<string, Buffer>();
    for (const name of await readdir(folder)) {
      files.set(name, await readFile(path.join(folder, name)));
    }
    hub.repositories.set(id, { files, refs: { main: commitOf(id) } });
  });
  afterAll(() => hub.close());
  afterEach(() => vi.unstubAllEnvs());

  it('finds in its cache what was fetched here', async () => {
    const home = path.join(root, 'ours');
    vi.stubEnv('HF_HOME', home);
    vi.stubEnv('HF_ENDPOINT', hub.url);
    const { folder } = await modelFolder(id);
    const found = await runPython(
      home,
      `from huggingface_hub import scan_cache_dir, snapshot_download
info = scan_cache_dir()
repo, = info.repos
revision, = repo.revisions
print(len(info.warnings), repo.repo_id, sorted(revision.refs), len(revision.files))
print(snapshot_download('${id}', local_files_only=True))`,
    );
    const files = (await readdir(folder)).length;
    expect(found.split('\n')).toEqual([`0 ${id} ['main'] ${files}`, folder]);
  });

  it('leaves a cache that is read here without network', async () => {
    const home = path.join(root, 'theirs');
    const names = [...hub.repositories.get(id)!.files.keys()];
    const last = await runPython(
      home,
      `from huggingface_hub import hf_hub_download
for name in ${JSON.stringify(names)}: path = hf_hub_download('${id}', name)
print(path)`,
    );
    vi.stubEnv('HF_HOME', home);
    hub.requests.length = 0;
    const { folder } = await modelFolder(id, { offline: true });
    expect(folder).toBe(path.dirname(last));
    expect(hub.requests).toEqual([]);
  });
});
