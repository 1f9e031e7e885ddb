import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { policyOption, type NamedPolicy } from '../../src/repl/commands/policy-option.js';
import { packageRoot, shippedPolicy } from '../../src/session/shipped.js';

let folder = '';
let base = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-policy-option-'));
  base = path.join(folder, 'base');
  await mkdir(base);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function adapterFor(name: string, made: string | null): Promise<string> {
  const adapter = path.join(folder, name);
  await mkdir(adapter);
  const config = { peft_type: 'LORA', base_model_name_or_path: made };
  await writeFile(path.join(adapter, 'adapter_config.json'), JSON.stringify(config));
  await writeFile(path.join(adapter, 'adapter_model.safetensors'), '');
  return adapter;
}

async function chosen(
  options: Record<string, string>,
): Promise<{ named: NamedPolicy; notes: string[] }> {
  const notes: string[] = [];
  const context = {
    json: false,
    note: (text: string) => void notes.push(text),
    signal: new AbortController().signal,
  };
  return { named: await policyOption({ arguments: {}, options }, context), notes };
}

describe('--policy and --adapter', () => {
  it('mean the shipped policy where neither is given', async () => {
    const policy = expect.stringContaining(shippedPolicy) as string;
    expect((await chosen({})).named).toEqual({ policy });
  });

  it('take the base that an adapter names', async () => {
    const adapter = await adapterFor('plain', base);
    expect(await chosen({ adapter })).toEqual({ named: { policy: base, adapter }, notes: [] });
    const hub = await adapterFor('hub', 'someone/model');
    expect((await chosen({ adapter: hub })).named.policy).toBe('someone/model');
  });

  it('say so where another base is asked for than the adapter was made for', async () => {
    const adapter = await adapterFor('other', base);
    const { named, notes } = await chosen({ adapter, policy: packageRoot });
    expect(named).toEqual({ policy: packageRoot, adapter });
    expect(notes).toEqual([expect.stringContaining(`names another base: ${base}`)]);
    expect((await chosen({ adapter, policy: base })).notes).toEqual([]);
  });

  it('do not guess a base', async () => {
    const nameless = await adapterFor('nameless', null);
    await expect(chosen({ adapter: nameless })).rejects.toThrow('Give it with --policy');
    const gone = await adapterFor('gone', path.join(folder, 'gone-base'));
    await expect(chosen({ adapter: gone })).rejects.toThrow('gone-base, which is not here');
  });
});
