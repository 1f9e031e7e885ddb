import { mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { adapterFolder, loadAdapter, loadPolicy, modelFolder } from '../../src/policy/index.js';
import { temporaryFolder, tinyPolicy } from './fixtures.js';

const root = await temporaryFolder();

describe('where a policy comes from', () => {
  it('is a folder, by its whole path', async () => {
    expect(await modelFolder(root)).toEqual({ folder: root, hub: null });
    // An adapter that is saved later names it, and is read from other places.
    expect(await modelFolder(path.relative('', root))).toEqual({ folder: root, hub: null });
    expect(await modelFolder('~/')).toMatchObject({ folder: homedir() });
  });

  it('is said to be neither folder nor Hub id, with what would be one', async () => {
    for (const source of [
      './nowhere',
      '/no/where',
      'data/policies/nothing',
      'gpt2',
      '~/no-folder',
    ]) {
      const policy = await tinyPolicy();
      await expect(loadAdapter(policy, source)).rejects.toThrow(
        `Policy: no folder ${source}, and it is no Hub id (owner/name, owner/name@revision) either. Give a PEFT folder`,
      );
      policy.dispose();
      await expect(loadPolicy(source)).rejects.toThrow(
        `Policy: no folder ${source}, and it is no Hub id (owner/name, owner/name@revision) either. Give the folder of a Hugging Face model`,
      );
    }
  });

  it('is named where it is a file, an adapter for a model, or a model for an adapter', async () => {
    const file = path.join(root, 'file');
    await writeFile(file, '');
    await expect(modelFolder(file)).rejects.toThrow(/expected a folder, .*file is a file/);
    const [adapter, model] = ['adapter', 'model'].map((name) => path.join(root, name));
    await mkdir(adapter);
    await writeFile(path.join(adapter, 'adapter_config.json'), '{}');
    await mkdir(model);
    await writeFile(path.join(model, 'config.json'), '{}');
    await expect(modelFolder(adapter)).rejects.toThrow(/is a PEFT adapter, not a model/);
    await expect(adapterFolder(model)).rejects.toThrow(/is a whole model, not a PEFT adapter/);
    expect(await adapterFolder(adapter)).toEqual({ folder: adapter, hub: null });
  });
});
