import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  evaluateCompletions,
  evaluatePolicy,
  makeCompletions,
  readCompletions,
  type EvaluationExample,
  type MakeCompletionsInput,
} from '../../../src/evaluation/index.js';
import { loadPolicy, type Policy } from '../../../src/policy/index.js';
import { createJudgePool, type JudgePool } from '../../../src/sandbox/index.js';
import { openTask, type Task } from '../../../src/tasks/index.js';
import { selectBackend, tf } from '../../../src/tensor/index.js';

const folder = mkdtempSync(path.join(tmpdir(), 'rlsf-made-'));
let policy: Policy;
let judge: JudgePool;
let task: Task;

beforeAll(async () => {
  await selectBackend('auto');
  policy = await loadPolicy(path.join(import.meta.dirname, '../../../data/policies/maths-tiny'));
  judge = await createJudgePool({ languages: ['text'] });
  task = await openTask('maths');
});

afterAll(async () => {
  policy.dispose();
  await judge.close();
  rmSync(folder, { recursive: true });
});

const settings = { temperature: 1, topK: 0, topP: 1, minP: 0, maxNewTokens: 96, seed: 7 };

function input(file: string): MakeCompletionsInput {
  const problems = task.problems({ split: 'held_out', n: 10, seed: 0 });
  return {
    ...{ file, policy, problems, numSamples: 3, seed: 7, chunkSize: 3 },
    settings: { ...settings, stop: task.stop },
    about: {
      name: 'test',
      task: {
        ...{ name: 'maths', path: null, language: null, heldOutShare: null, shotSeed: 0 },
        ...{ split: 'held_out', n: 10, seed: 0 },
      },
      settings: {
        ...{ task: 'maths', split: 'held_out', promptFormat: null, promptTemplate: null },
        ...{ policy: 'maths-tiny', adapters: [] },
      },
    },
  };
}

describe('completions made apart', () => {
  it('get the figures and examples that evaluatePolicy gives, whatever the rows decoded together', async () => {
    const file = path.join(folder, 'completions_a.json');
    const given = input(file);
    const tensors = tf.memory().numTensors;
    await makeCompletions({ ...given, maxRows: 4 });
    const set = await readCompletions(file);
    const apart = await evaluateCompletions({ set, problems: given.problems, judge });
    const examples: EvaluationExample[] = [];
    const { about: _about, ...asked } = given;
    const whole = await evaluatePolicy({
      ...asked,
      onProgress: undefined,
      judge,
      onExample: (example) => examples.push(example),
    });
    expect(tf.memory().numTensors).toBe(tensors);
    const figures = (of: object): unknown => ({
      ...of,
      ...{ durationMs: 0, settings: null, notAttempted: null },
    });
    expect(figures(apart.evaluation)).toEqual(figures(whole));
    const bare = (of: readonly EvaluationExample[]): unknown =>
      of.map(({ verdict, ...rest }) => ({ ...rest, outcome: verdict.outcome }));
    expect(bare(apart.examples)).toEqual(bare(examples));
    expect(apart.evaluation.settings).toMatchObject({ task: 'maths', sampling: { maxNewTokens: 96 }, completions: file, policy: 'maths-tiny' }); // prettier-ignore
    expect(examples[0]).toMatchObject({ truth: given.problems[0].answer, sample: 0 });
    expect(whole.accuracy?.value).toBe(whole.answers?.strict_accuracy.value);
  });

  it('are gone on with after a stop, to the same file', async () => {
    const [file, other] = ['b', 'c'].map((name) => path.join(folder, `completions_${name}.json`));
    await makeCompletions(input(other));
    const stop = new AbortController();
    const stopped = makeCompletions({
      ...input(file),
      signal: stop.signal,
      onProgress: (done) => done > 12 && stop.abort(),
    });
    await expect(stopped).rejects.toThrow();
    expect(existsSync(file)).toBe(false);
    const partial = `${file}.partial.jsonl`;
    // A write that was cut off.
    writeFileSync(partial, `${readFileSync(partial, 'utf8')}{"problem_id":"hal`);
    await expect(makeCompletions({ ...input(file), seed: 8 })).rejects.toThrow(/another policy, task or settings/); // prettier-ignore
    const { resumed } = await makeCompletions(input(file));
    expect(resumed).toBeGreaterThan(0);
    expect(readFileSync(file, 'utf8')).toBe(readFileSync(other, 'utf8'));
    expect(existsSync(partial)).toBe(false);
    await expect(makeCompletions(input(file))).rejects.toThrow(/there are completions already/);
  });

  it('name the problems that were not attempted, or refuse the set', async () => {
    const file = path.join(folder, 'some.jsonl');
    const problems = task.problems({ split: 'held_out', n: 4, seed: 0 });
    const rows = problems
      .slice(1)
      .map(({ id, reference }) => ({ task_id: id, completion: reference }));
    writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const set = await readCompletions(file);
    const { evaluation } = await evaluateCompletions({ set, problems, judge });
    expect(evaluation.notAttempted).toEqual([problems[0].id]);
    expect(evaluation.rows).toHaveLength(3);
    expect(evaluation.accuracy?.value).toBe(1);
    expect(evaluation.meanCompletionTokens).toBeNaN();
    await expect(evaluateCompletions({ set, problems, judge, missing: 'fail' })).rejects.toThrow(
      `all 4 problems, but 1 have none: ${problems[0].id}`,
    );
  });
});
