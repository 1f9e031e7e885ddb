import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDataset } from '../../src/datasets/index.js';
import { readRollouts } from '../../src/rollouts/index.js';
import { call } from './call.js';

let folder: string;
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'rlsf-cli-candidates-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const compiler = spawnSync('g++', ['--version']).status === 0;

describe.skipIf(!compiler)('rlsf tasks candidates and build (need g++)', () => {
  const candidates = (...more: string[]) =>
    call('tasks', 'candidates', '-n', '4', '--seed', '1', '--output', folder, '--json', ...more);

  it('draw, go on with more problems, and make sets that read back', async () => {
    const first = await candidates('--problems', '2');
    expect(first.code, first.err).toBe(0);
    expect(JSON.parse(first.out)).toMatchObject({ problems: 2, rollouts: 8, resumed: 0 });
    const more = await candidates('--problems', '4');
    expect(JSON.parse(more.out)).toMatchObject({ problems: 4, rollouts: 16, resumed: 8 });

    const built = await call(
      ...['tasks', 'build', '--candidates', folder, '--corrupt', '1'],
      ...['--references', '--parquet', '--json'],
    );
    expect(built.code, built.err).toBe(0);
    const manifest = JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8')) as object;
    expect(JSON.parse(built.out)).toEqual({ folder, ...manifest });
    const pairs = await readDataset(path.join(folder, 'pairs.jsonl'), { format: 'preference' });
    expect(new Set(pairs.rows.map((row) => row.problem_id)).size).toBeGreaterThan(1);
    const sft = await readDataset(path.join(folder, 'sft.jsonl'));
    expect(sft.type).toBe('prompt_completion');
    for (const name of ['kto.jsonl', 'nbest.jsonl', 'sft.jsonl', 'reference-pairs.jsonl'])
      expect(existsSync(path.join(folder, name)), name).toBe(true);
    const parquet = await readDataset(path.join(folder, 'pairs.parquet'));
    expect(parquet.rows.map(({ id }) => id)).toEqual(pairs.rows.map(({ id }) => id));
  }, 240_000);

  it('name a set after its config and its prompt file, through to the built sets', async () => {
    const prompt = path.join(folder, 'plain.txt');
    writeFileSync(prompt, '// Complete the following {language} function:\n{prompt}\n');
    const config = path.join(folder, 'warm.yaml');
    writeFileSync(
      config,
      'policy: { model_name_or_path: data/policies/cpp-tiny }\ntask: { name: cpp, train_problems: 2 }\nsampling: { temperature: 1.1, max_completion_length: 96 }\ndataset: { candidates: { num_candidates: 3 } }\n',
    );
    const output = path.join(folder, 'prompted');
    const argv = ['tasks', 'candidates', '--config', config, '--prompt-path', prompt];
    const made = await call(...argv, '--output', output, '--json');
    expect(made.code, made.err).toBe(0);
    expect(JSON.parse(made.out)).toMatchObject({ set: 'warm-plain', problems: 2, rollouts: 6 });
    const [drawn] = [...readRollouts(path.join(output, 'candidates.jsonl'))];
    expect(drawn).toMatchObject({
      run: 'warm-plain',
      sampling: { temperature: 1.1, maxNewTokens: 96 },
    });
    expect(drawn.prompt).toMatch(/^\/\/ Complete the following C\+\+ function:\n[^{]*\{\n$/);

    const built = await call('tasks', 'build', '--candidates', output, '--json');
    expect(Object.keys((JSON.parse(built.out) as { files: object }).files)).toEqual([
      'dpo-warm-plain.jsonl',
      'kto-warm-plain.jsonl',
      'nbest.jsonl',
      'sft.jsonl',
    ]);
    writeFileSync(prompt, 'Another: {prompt}');
    const other = await call(...argv, '--output', output);
    expect(other.code).toBe(1);
    expect(other.err).toMatch(/the prompts are others \(problem 0\)/);
  }, 120_000);

  it('refuse candidates of other settings and keep them', async () => {
    const file = path.join(folder, 'candidates.jsonl');
    const before = readFileSync(file);
    const other = await candidates('--problems', '4', '--temperature', '0.5');
    expect(other.code).toBe(1);
    expect(other.err).toMatch(/the sampling settings are others/);
    expect(readFileSync(file).equals(before)).toBe(true);
  }, 120_000);
});

describe('rlsf tasks candidates and build', () => {
  it('say what is missing or unknown', async () => {
    for (const [argv, code, message] of [
      [['tasks', 'candidates'], 2, /--output: expected the folder/],
      [['tasks', 'candidates', '--output', 'x', '-n', '0'], 2, /--n: a whole number from 1/],
      [['tasks', 'build'], 2, /--candidates: expected the folder/],
      [['tasks', 'build', '--candidates', 'nowhere'], 1, /rlsf tasks candidates --output nowhere/],
    ] as const) {
      const { code: exitCode, err } = await call(...argv);
      expect(exitCode, err).toBe(code);
      expect(err).toMatch(message);
    }
  });
});
