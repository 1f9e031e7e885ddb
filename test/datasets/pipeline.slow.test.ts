import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  allExamples,
  generatedExamples,
  handMadeExamples,
  mainFinding,
  preferencePairs,
  readDataset,
  runPipeline,
  type CompiledExample,
  type PipelineInput,
  type PipelineResult,
  type PreferenceRow,
  type RewardedExample,
} from '../../src/datasets/index.js';
import { loadTokenizer } from '../../src/policy/index.js';
import { sanitizerCurriculum } from '../../src/rewards/index.js';
import { getTask } from '../../src/tasks/index.js';

const root = path.resolve(import.meta.dirname, '../..');
const shipped = path.join(root, 'data/examples');
const policy = path.join(root, 'data/policies/cpp-tiny');
const compiler = spawnSync('g++', ['--version']).status === 0;

const rewardTools: PipelineInput['rewardTools'] = async () => ({
  tokenizer: await loadTokenizer(policy),
  tokenizerName: 'cpp-tiny',
  tokenizerHash: '1',
  rewards: [sanitizerCurriculum()],
  rewardSettings: 'default',
});

let scratch: string;
beforeAll(() => (scratch = mkdtempSync(path.join(tmpdir(), 'rlsf-pipeline-'))));
afterAll(() => rmSync(scratch, { recursive: true }));

function readAs<T>(...parts: string[]): T {
  return JSON.parse(readFileSync(path.join(scratch, ...parts), 'utf8')) as T;
}

describe.skipIf(!compiler)('the hand-made examples through the pipeline (need g++)', () => {
  let result: PipelineResult;
  const all = (output: string, more: Partial<PipelineInput> = {}): Promise<PipelineResult> =>
    runPipeline({
      output: path.join(scratch, output),
      source: handMadeExamples(shipped),
      rewardTools,
      ...more,
    });
  beforeAll(async () => {
    result = await all('all');
  }, 240_000);

  it('are each clean on the chosen side, and fail as stated at the stated line on the other', () => {
    expect(result.rows.length).toBe(readdirSync(shipped).length);
    const different = result.rows.flatMap(({ compiled: { name, chosen, rejected } }) => {
      const why = [chosen.difference, rejected.difference].filter((one) => one !== null);
      return why.map((one) => `${name}: ${one}`);
    });
    expect(different).toEqual([]);
    for (const { compiled } of result.rows) {
      expect(compiled.chosen.outcome, compiled.name).toBe('clean');
      const { expected } = compiled.rejected;
      const found = mainFinding(compiled.rejected);
      expect(found?.kind ?? null, compiled.name).toBe(expected.finding);
      if (expected.isReported) expect(found?.line, compiled.name).toBe(expected.line);
    }
  });

  it('cover compiler, all sanitizers and the runner', () => {
    const tools = new Set(
      result.rows.flatMap(({ compiled }) => compiled.rejected.findings.map(({ tool }) => tool)),
    );
    expect([...tools].sort()).toEqual(['asan', 'g++', 'lsan', 'runner', 'ubsan']);
  });

  it('reach tokens with every fault, and those only', () => {
    for (const { compiled, rewarded } of result.rows) {
      const { rejected, chosen } = rewarded;
      const reached = rejected.tokens.filter((token) => token.reached === 1);
      expect(reached.length, compiled.name).toBeGreaterThan(0);
      expect(reached.length, compiled.name).toBeLessThan(rejected.tokens.length);
      const lines = new Set(reached.map(({ line }) => line));
      expect([...lines], compiled.name).toContain(compiled.rejected.expected.line);
      expect(chosen.tokens.every((token) => token.reached === 0 && token.reward === 0)).toBe(true);
      expect(chosen.reward).toBe(1);
      expect(rejected.reward).toBeLessThan(1);
      expect(rejected.tokens.map(({ text }) => text).join('')).toBe(
        Buffer.from(rejectedText(compiled)).toString('utf8'),
      );
    }
  });

  it('are pairs in TRL’s columns whose rejected side weighs at the fault alone', async () => {
    const set = await readDataset(path.join(scratch, 'all/pairs.jsonl'), { format: 'preference' });
    expect(set.rows.length).toBe(result.rows.length);
    const tokenizer = await loadTokenizer(policy);
    const { pairs } = preferencePairs(set.rows as PreferenceRow[], tokenizer, {
      tokenWeights: 'errors',
    });
    pairs.forEach((pair, i) => {
      const expected = result.rows[i].rewarded.rejected.tokens.map(({ reached }) => reached);
      expect(pair.rejectedWeights, String(set.rows[i].example)).toEqual(expected);
    });
    const row = set.rows.find(({ example }) => example === 'use-after-free');
    expect(row).toMatchObject({
      rejected_outcome: 'runtime_error',
      fault: 'use after free',
      fault_line: 10,
      rejected_source: 'written',
      margin: 0.8,
    });
  });

  it('are left as they are when nothing has changed, and made anew where something has', async () => {
    const again = await all('all');
    const none = { made: 0, unchanged: result.rows.length };
    expect(again.stages).toEqual({ examples: none, compiled: none, rewards: none, dataset: none });

    const one = { made: 1, unchanged: result.rows.length - 1 };
    const file = path.join(scratch, 'all/examples/off-by-one/rejected.cpp');
    writeFileSync(file, readFileSync(file, 'utf8').replace('i < high', 'i + 1 < high'));
    const edited = await all('all');
    expect(edited.stages).toMatchObject({ examples: none, compiled: one, rewards: one });
    expect(edited.stages.dataset?.made).toBe(result.rows.length);

    const scored = await all('all', {
      only: ['rewards', 'dataset'],
      source: undefined,
      rewardTools: async () => ({
        ...(await rewardTools()),
        rewards: [sanitizerCurriculum({ scores: { warning: 0.75 } })],
        rewardSettings: 'other',
      }),
    });
    expect(Object.keys(scored.stages)).toEqual(['rewards', 'dataset']);
    const warned = readAs<RewardedExample>('all', 'rewards', 'sign-compare.json');
    expect(warned.rejected.reward).toBe(0.75);
  }, 120_000);

  function rejectedText({ name }: CompiledExample): string {
    const read = (file: string): string => readFileSync(path.join(shipped, name, file), 'utf8');
    return read('rejected.cpp').slice(read('starter.cpp').length);
  }
});

describe.skipIf(!compiler)('the pipeline (needs g++)', () => {
  const copyOf = (name: string, to: string): string => {
    cpSync(path.join(shipped, name), path.join(scratch, to, name), { recursive: true });
    return path.join(scratch, to);
  };
  const edit = (file: string, from: string, to: string): void => {
    const before = readFileSync(file, 'utf8');
    expect(before).toContain(from);
    writeFileSync(file, before.replace(from, to));
  };

  it.each([
    ['line: 3', 'line: 4', 'heap-buffer-overflow is at line 3'],
    [
      'finding: heap-buffer-overflow',
      'finding: double-free',
      'there is no double-free; found: heap-buffer-overflow',
    ],
    ['outcome: runtime_error', 'outcome: timeout', 'the outcome is runtime_error'],
    ['line: 3', 'line: 3\n  reported: false', 'heap-buffer-overflow is at line 3'],
  ])(
    'says how an example differs that states %s as %s',
    async (from, to, why) => {
      const examples = copyOf('heap-overflow', 'differing');
      const metadata = path.join(examples, 'heap-overflow/example.yaml');
      edit(metadata, from, to);
      const output = path.join(scratch, 'differing-out');
      const source = handMadeExamples(examples);
      const { rows } = await runPipeline({ output, source, rewardTools });
      expect(rows[0].compiled.rejected.difference).toContain(why);
      expect(readFileSync(path.join(output, 'pairs.jsonl'), 'utf8')).toBe('');
      expect(readAs<{ files: object }>('differing-out', 'manifest.json')).toMatchObject({
        files: { 'pairs.jsonl': { rows: 0, dropped: { 'not as expected': 1 } } },
      });
    },
    60_000,
  );

  it('says so when a side has a finding that is not stated', async () => {
    const examples = copyOf('mismatched-delete', 'more');
    const metadata = path.join(examples, 'mismatched-delete/example.yaml');
    const text = readFileSync(metadata, 'utf8');
    writeFileSync(metadata, text.replace(/ {2}also:\n.*\n/, ''));
    const { rows } = await runPipeline({
      output: path.join(scratch, 'more-out'),
      source: handMadeExamples(examples),
      rewardTools,
    });
    expect(rows[0].compiled.rejected.difference).toBe(
      'there is also -Wmismatched-new-delete at line 7',
    );
  }, 60_000);

  it('makes verified examples from problems of a task, which a person can go on with', async () => {
    const problems = getTask('cpp').problems({ split: 'train', n: 6, seed: 2 });
    const output = path.join(scratch, 'made');
    const source = generatedExamples('cpp', problems, { seed: 2 });
    const { rows, stages } = await runPipeline({ output, source, rewardTools });
    expect(stages.examples).toEqual({ made: 6, unchanged: 0 });
    expect(rows.length).toBeGreaterThanOrEqual(5);
    for (const { compiled, rewarded } of rows) {
      expect(compiled.chosen.difference ?? compiled.rejected.difference, compiled.name).toBeNull();
      expect(rewarded.rejected.tokens.some((token) => token.reached === 1)).toBe(true);
    }
    const set = await readDataset(path.join(output, 'pairs.jsonl'), { format: 'preference' });
    const byId = new Map(problems.map((problem) => [problem.id, problem]));
    for (const row of set.rows) {
      const problem = byId.get(String(row.problem_id));
      expect(row.prompt).toBe(problem?.prompt);
      expect(row).toMatchObject({ chosen: problem?.reference, rejected_source: 'corruption' });
    }
    // Its examples are examples.
    const own = handMadeExamples(path.join(output, 'examples'));
    const again = await runPipeline({
      output: path.join(scratch, 'made-again'),
      source: allExamples([own, handMadeExamples(copyOf('memory-leak', 'with'))]),
      rewardTools,
    });
    expect(again.rows.length).toBe(rows.length + 1);
    expect(again.rows.every(({ compiled }) => compiled.rejected.difference === null)).toBe(true);
  }, 240_000);

  it('says which stage is to run first, and refuses two examples of one name', async () => {
    const output = path.join(scratch, 'nothing');
    await expect(runPipeline({ output, only: ['compiled'], rewardTools })).rejects.toThrow(
      /index\.json: expected the result of the stage examples, there is none\. Run it first: --only examples/,
    );
    const twice = handMadeExamples(copyOf('memory-leak', 'twice'));
    const source = allExamples([twice, twice]);
    await expect(runPipeline({ output, source, rewardTools })).rejects.toThrow(
      /expected different names, got memory-leak twice/,
    );
  });
});
