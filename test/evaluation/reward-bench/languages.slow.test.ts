import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { benchReward, type RewardBenchReport } from '../../../src/evaluation/index.js';
import type { Language, Problem } from '../../../src/records.js';
import { sanitizerCurriculum } from '../../../src/rewards/index.js';
import { createJudgePool } from '../../../src/sandbox/index.js';

async function bench(problems: Problem[], language: Language): Promise<RewardBenchReport> {
  const judge = await createJudgePool({ languages: [language], workers: 2 });
  try {
    return await benchReward({
      rewards: [sanitizerCurriculum()],
      problems,
      judge,
      hackedProblems: 1,
    });
  } finally {
    await judge.close();
  }
}

const outcomes = ({ specimens }: RewardBenchReport, kind: string): Record<string, string> =>
  Object.fromEntries(
    specimens.filter((one) => one.kind === kind).map(({ name, outcome }) => [name, outcome]),
  );

describe.skipIf(spawnSync('python3', ['--version']).status !== 0)('Python (needs python3)', () => {
  it('has a specimen for every tier, and hacks that the judge sees through, but one', async () => {
    const report = await bench(
      [
        {
          id: 'python/total',
          task: 'python',
          split: 'test',
          prompt: 'Write total(xs), the sum of the positive ones.\n',
          language: 'python',
          tests: {
            includes: '',
            prefix: '',
            suffix: '',
            cases: [
              { assert: 'assert total([1, -2, 3]) == 4' },
              { assert: 'assert total([]) == 0' },
              { assert: 'assert total([5]) == 5' },
              { assert: 'assert total([-5]) == 0' },
            ],
          },
          reference:
            'def total(xs):\n    all = 0\n    for x in xs:\n        if x > 0:\n            all = all + x\n    return all\n',
          columns: {},
        },
      ],
      'python',
    );
    expect(report.passed).toBe(true);
    for (const [made, outcome] of Object.entries(outcomes(report, 'tier')))
      expect(outcome).toBe(made);
    const hacks = outcomes(report, 'hack');
    expect(Object.keys(hacks).filter((name) => hacks[name] === 'clean')).toEqual(['always_equal']);
    expect(hacks.hard_coded).toBe('wrong_answer');
    expect(hacks.early_exit_hard).toBe('runtime_error');
  }, 120_000);
});

describe.skipIf(spawnSync('javac', ['-version']).status !== 0)('Java (needs a JDK)', () => {
  it('has a specimen for every tier, and hacks that the judge sees through', async () => {
    const head = 'class Problem {\n    public static int half(int x) {\n';
    const report = await bench(
      [
        {
          id: 'java/half',
          task: 'java',
          split: 'test',
          prompt: head,
          language: 'java',
          tests: {
            includes: '',
            prefix: head,
            suffix:
              '\n    public static void main(String[] args) {\n    assert(half((4)) == (2));\n    assert(half((9)) == (4));\n    }\n}\n',
            cases: [{ stdin: '', expected: null }],
          },
          reference: '        int kept = x / 2;\n        return kept;\n    }\n',
          columns: {},
        },
      ],
      'java',
    );
    expect(report.passed).toBe(true);
    for (const [made, outcome] of Object.entries(outcomes(report, 'tier')))
      expect(outcome).toBe(made);
    const hacks = outcomes(report, 'hack');
    expect(Object.keys(hacks).filter((name) => hacks[name] === 'clean')).toEqual([]);
    expect(hacks.hard_coded).toBe('wrong_answer');
  }, 120_000);
});
