import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { corruptAndVerify, type CorruptedSample } from '../../src/datasets/index.js';
import type { Problem } from '../../src/records.js';
import { createJudgePool, judgeJob, type JudgePool } from '../../src/sandbox/index.js';
import { cppTask } from '../../src/tasks/cpp/task.js';
import { itWithData } from '../data.js';

const compiler = spawnSync('g++', ['--version']).status === 0;

describe.skipIf(!compiler)('corruptAndVerify with a real judge (needs g++)', () => {
  let judge: JudgePool;
  beforeAll(async () => {
    judge = await createJudgePool({ languages: ['cpp'], workers: 2 });
  });
  afterAll(() => judge.close());

  it('makes references of the C++ task fail in the way that is named, by most operators', async () => {
    const problems = cppTask.problems({ split: 'train', n: 6, seed: 3 });
    const verified: CorruptedSample[] = [];
    const counts = new Map<string, { verified: number; judged: number }>();
    for (const problem of problems) {
      const result = await corruptAndVerify(judge, problem, problem.reference!, {
        n: 100,
        maxTried: 32,
        seed: 1,
      });
      verified.push(...result.verified);
      for (const [operator, tried] of Object.entries(result.tried)) {
        const known = counts.get(operator) ?? { verified: 0, judged: 0 };
        known.verified += tried.verified;
        known.judged += tried.verified + tried.unharmed + tried.otherwise;
        expect(tried.unscorable).toBe(0);
        counts.set(operator, known);
      }
    }
    const judged = [...counts.values()].reduce((sum, each) => sum + each.judged, 0);
    expect(judged).toBeGreaterThan(150);
    expect(verified.length / judged).toBeGreaterThan(0.8);
    expect(new Set(verified.map(({ kind }) => kind)).size).toBe(6);
    expect([...counts.values()].filter((each) => each.verified > 0).length).toBeGreaterThan(20);
    for (const { verdict, expectedOutcomes, text, original } of verified) {
      expect(expectedOutcomes).toContain(verdict.outcome);
      expect(text).not.toBe(original);
    }
  }, 120_000);

  it('gives the same again for the same seed, and as many as are asked for', async () => {
    const [problem] = cppTask.problems({ split: 'train', n: 1, seed: 5 });
    const texts = async (seed: number): Promise<string[]> =>
      (await corruptAndVerify(judge, problem, problem.reference!, { n: 3, seed })).verified.map(
        ({ text }) => text,
      );
    const first = await texts(1);
    expect(first).toHaveLength(3);
    expect(await texts(1)).toEqual(first);
    expect(await texts(2)).not.toEqual(first);
  }, 60_000);

  it('finds memory faults by the sanitizer that is there for them', async () => {
    const problem: Problem = {
      id: 'total',
      task: 'cpp',
      split: 'train',
      language: 'cpp',
      prompt: 'int total(int n) {\n',
      tests: {
        includes: '#include <cstddef>\n',
        prefix: 'int total(int n) {\n',
        suffix: '\n',
        cases: [{ code: 'rlsf_emit(total(3));', expected: '3' }],
      },
      columns: {},
    };
    const completion =
      '    int* a = new int[n];\n    for (int i = 0; i < n; i++) a[i] = i;\n    int s = 0;\n    for (int i = 0; i < n; i++) s += a[i];\n    delete[] a;\n    return s;\n}\n';
    const operators = ['leak', 'double-free', 'mismatched-delete'].map(
      (name) => `lifetime/${name}`,
    );
    const { verified } = await corruptAndVerify(judge, problem, completion, { n: 3, operators });
    expect(verified.map(({ operator }) => operator).sort()).toEqual([...operators].sort());
    const bounds = await corruptAndVerify(judge, problem, completion, {
      n: 9,
      operators: ['bounds/loop-end'],
    });
    expect(bounds.verified.map(({ verdict }) => verdict.diagnostics[0].kind)).toContain(
      'heap-buffer-overflow',
    );
  }, 60_000);

  it('refuses what is not clean and what is not C++', async () => {
    const [problem] = cppTask.problems({ split: 'train', n: 1, seed: 5 });
    await expect(corruptAndVerify(judge, problem, 'nonsense')).rejects.toThrow(
      /expected a clean completion of cpp.*compile_error/,
    );
    await expect(
      corruptAndVerify(judge, { ...problem, language: 'python' }, 'pass'),
    ).rejects.toThrow(/knows C\+\+ only/);
  }, 60_000);

  itWithData(
    'makes a model’s solutions of MultiPL-E fail',
    ['model-completions', 'humaneval_cpp_qwen2.5-coder-1.5b-base.jsonl.gz'],
    async (file) => {
      const rows = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n').map((line) => JSON.parse(line) as { task_id: string; prompt: string; generation: string; code: string; passed: boolean }); // prettier-ignore
      const problems = rows
        .filter(({ passed }) => passed)
        .slice(0, 4)
        .map(({ task_id, prompt, generation, code }): { problem: Problem; completion: string } => {
          const start = code.indexOf(generation) + prompt.length;
          const end = start - prompt.length + generation.length;
          return {
            completion: code.slice(start, end),
            problem: {
              id: task_id,
              task: 'multipl-e',
              split: 'test',
              prompt,
              language: 'cpp',
              tests: {
                includes: '#include <bits/stdc++.h>\n',
                prefix: code.slice(0, start),
                suffix: code.slice(end),
                cases: [],
              },
              columns: {},
            },
          };
        });
      expect(problems).toHaveLength(4);
      const before = await judge.judge(
        problems.map(({ problem, completion }) => judgeJob(problem, completion)),
      );
      let corrupted = 0;
      let clean = 0;
      for (const [i, { problem, completion }] of problems.entries()) {
        if (before[i].outcome !== 'clean') continue;
        clean++;
        const { verified } = await corruptAndVerify(judge, problem, completion, { n: 2, seed: 1 });
        corrupted += verified.length;
      }
      expect(clean).toBeGreaterThan(2);
      expect(corrupted).toBe(2 * clean);
    },
    240_000,
  );
});
