import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  configJsonSchema,
  configReference,
  listOptions,
  loadConfig,
  configFromObject,
} from '../../../src/experiments/config/index.js';
import { modelFolder } from '../../../src/experiments/workplace/workplace.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-config-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(name: string, text: string): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, text);
  return file;
}

describe('precedence', () => {
  it('takes defaults, then the file, then the environment, then --set', async () => {
    const file = await write('a.yaml', 'task: {name: cpp}\ngrpo: {max_steps: 5, beta: 0.1}\n');
    const env = { MAX_STEPS: '6', LR: '3e-5', RLSF_GRPO__EPSILON: '0.3' };
    const config = await loadConfig(file, { env, set: ['grpo.max_steps=7'] });
    expect(config.grpo).toMatchObject({
      max_steps: 7,
      beta: 0.1,
      learning_rate: 3e-5,
      epsilon: 0.3,
    });
    expect(config.grpo.num_generations).toBe(8);
    expect(config.run.name_prefix).toBe('a');
  });

  it('lets a file extend another and replace single options of it', async () => {
    await write('base.yaml', 'task: {name: cpp}\ngrpo: {max_steps: 5, beta: 0.1}\n');
    const file = await write('child.json', '{"extends": "base.yaml", "grpo": {"beta": 0.2}}');
    const config = await loadConfig(file, { env: {} });
    expect(config.grpo).toMatchObject({ max_steps: 5, beta: 0.2 });
  });

  it('keeps text as text even where YAML would read a number', async () => {
    const config = await loadConfig(null, { env: { OUTPUT_DIR: '007' }, set: ['task.name=cpp'] });
    expect(config.run.output_dir).toBe('007');
  });

  it('reads a section whose options are all commented out', async () => {
    const file = await write('empty.yaml', 'task: {name: cpp}\ngrpo:\n  # beta: 1\n');
    expect((await loadConfig(file, { env: {} })).grpo.max_steps).toBeGreaterThan(0);
  });
});

describe('bad input', () => {
  const load = (set: string[], env = {}) =>
    loadConfig(null, { env, set: ['task.name=cpp', ...set] });

  it('names the file, the key and the nearest option for a misspelt key', async () => {
    const file = await write('typo.yaml', 'task: {name: cpp}\ngrpo: {learning_rat: 1}\n');
    await expect(loadConfig(file, { env: {} })).rejects.toThrow(
      /typo\.yaml: grpo\.learning_rat: no such option\. Nearest: grpo\.learning_rate\./,
    );
  });

  it('points to the right section when the option exists elsewhere', async () => {
    await expect(load(['run.num_generations=4'])).rejects.toThrow(
      /--set run\.num_generations=4: .*Nearest: grpo\.num_generations\./,
    );
  });

  it.each([
    ['grpo.lr', 'grpo.learning_rate'],
    ['dpo.epochs', 'dpo.num_train_epochs'],
    ['ppo.kl', 'ppo.kl_coef'],
  ])('knows %s by its first letters, or by one of its words', async (short, whole) => {
    await expect(load([`${short}=1`])).rejects.toThrow(`Nearest: ${whole}.`);
  });

  it('says what an option takes and what came', async () => {
    await expect(load(['grpo.max_steps=many'])).rejects.toThrow(
      /grpo\.max_steps: expected whole number ≥ 1, got "many" \(text\)/,
    );
    await expect(load([], { LR: '-1' })).rejects.toThrow(
      /environment variable LR: grpo\.learning_rate: expected number ≥ 0, got -1/,
    );
    await expect(load(['run.backend=gpu'])).rejects.toThrow(/expected one of auto, native/);
    await expect(load(['policy.lora_rank_pattern={"down_proj": 0}'])).rejects.toThrow(
      /policy\.lora_rank_pattern\.down_proj: expected whole number ≥ 1, got 0/,
    );
    await expect(load(['policy.init_lora_weights=pissa'])).rejects.toThrow(
      /expected true or gaussian, got "pissa"/,
    );
  });

  it('explains a rule that ties two options together', async () => {
    await expect(load(['grpo.epsilon_high=0.1'])).rejects.toThrow(
      /grpo\.epsilon_high: expected at least grpo\.epsilon \(0\.2\), got 0\.1/,
    );
  });

  it('names a missing file, broken YAML with its line, and a circle of extends', async () => {
    await expect(loadConfig(path.join(folder, 'no.yaml'), { env: {} })).rejects.toThrow(
      /no\.yaml: expected a config file .* there is no such file/,
    );
    const broken = await write('broken.yaml', 'task: {name: cpp\ngrpo: [');
    await expect(loadConfig(broken, { env: {} })).rejects.toThrow(
      /broken\.yaml:\d+:\d+: expected YAML/,
    );
    const circle = await write('circle.yaml', 'extends: circle.yaml');
    await expect(loadConfig(circle, { env: {} })).rejects.toThrow(/extends itself/);
  });

  it('treats --set without "=" as a wrong command line', async () => {
    await expect(load(['grpo.beta'])).rejects.toMatchObject({ tag: 'usage' });
  });
});

describe('what is shipped', () => {
  it('parses every file in configs/, each opening with a comment', async () => {
    const files = (await readdir('configs')).filter((name) => /\.(ya?ml|json)$/.test(name));
    expect(files).toContain('tour.yaml');
    for (const name of files) {
      const config = await loadConfig(path.join('configs', name), { env: {} });
      expect(config.run.name_prefix).toBe(path.parse(name).name);
      if (name.endsWith('.json')) expect(config.description).toMatch(/\w+/);
      if (/\.ya?ml$/.test(name)) {
        expect(await readFile(path.join('configs', name), 'utf8')).toMatch(/^#/);
      }
    }
  });

  it('has a current docs/config.md and docs/config.schema.json', async () => {
    expect(await readFile('docs/config.md', 'utf8')).toBe(configReference());
    expect(JSON.parse(await readFile('docs/config.schema.json', 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(configJsonSchema())),
    );
  });

  it('describes every option, and says where a default differs from TRL’s', () => {
    for (const { path: name, schema } of listOptions())
      expect(schema.description, name).toBeTruthy();
    const byPath = new Map(listOptions().map((entry) => [entry.path, entry.schema.description]));
    expect(byPath.get('grpo.learning_rate')).toContain("TRL's default: 0.000001");
    expect(byPath.get('grpo.num_generations')).not.toContain("TRL's default");
  });
});

describe('configFromObject', () => {
  it('fills a plain object with the defaults', () => {
    expect(configFromObject({ task: { name: 'cpp' } }).reward.scores.clean).toBe(1);
  });
});

describe('a folder of weights', () => {
  const named = async (file: string, set: string[] = []): Promise<string | null> =>
    (await loadConfig(file, { env: {}, set })).policy.model_name_or_path;

  it('is found beside the config file, then in the working folder, then in the package', async () => {
    const shipped = await write(
      'shipped.yaml',
      'policy: {model_name_or_path: data/policies/cpp-tiny}\n',
    );
    const before = process.cwd();
    expect(await named(shipped)).toBe('data/policies/cpp-tiny');
    try {
      process.chdir(os.tmpdir());
      const root = path.resolve(import.meta.dirname, '../../..');
      expect(await named(shipped)).toBe(path.join(root, 'data/policies/cpp-tiny'));
      const set = ['policy.model_name_or_path=data/policies/maths-tiny'];
      expect(await named(shipped, set)).toBe(path.join(root, 'data/policies/maths-tiny'));
      await mkdir(path.join(folder, 'data/policies/cpp-tiny'), { recursive: true });
      expect(await named(shipped)).toBe(path.join(folder, 'data/policies/cpp-tiny'));
    } finally {
      process.chdir(before);
    }
  });

  it('stays as it was given where there is none, and its user is told where it was looked for', async () => {
    const other = await write('other.yaml', 'policy: {model_name_or_path: owner/name}\n');
    expect(await named(other)).toBe('owner/name');
    const config = await loadConfig(other, {
      env: {},
      set: ['policy.model_name_or_path=no/such/model'],
    });
    expect(config.policy.model_name_or_path).toBe('no/such/model');
    expect(() => modelFolder(config)).toThrow(
      `got no/such/model, which is no id. It is not beside the config file, and there is no ${path.resolve('no/such/model')}`,
    );
  });
});
