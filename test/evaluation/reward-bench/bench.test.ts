import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  benchMarkdown,
  benchReward,
  type BenchCheck,
  type RewardBenchReport,
} from '../../../src/evaluation/index.js';
import { spearman } from '../../../src/evaluation/reward-bench/checks/length.js';
import type { Rollout } from '../../../src/records.js';
import {
  answerLenient,
  answerStrict,
  sanitizerCurriculum,
  type RewardFunction,
} from '../../../src/rewards/index.js';
import { plainText } from '../../../src/repl/styled.js';
import { rewardBenchView } from '../../../src/repl/views/reward-bench-view.js';
import { createJudgePool, type JudgePool } from '../../../src/sandbox/index.js';
import { mathsTask } from '../../../src/tasks/maths/task.js';

const problems = mathsTask.problems({ split: 'train', n: 6, seed: 0 });

const plain = (name: string, score: (rollout: Rollout) => number | null): RewardFunction => ({
  name,
  score: (rollouts) => rollouts.map(score),
});

describe('the reward bench on worked answers (the judge of texts runs no programs)', () => {
  let judge: JudgePool;
  beforeAll(async () => {
    judge = await createJudgePool({ languages: ['text'] });
  });
  afterAll(() => judge.close());

  const bench = (...rewards: RewardFunction[]): Promise<RewardBenchReport> =>
    benchReward({ rewards, problems, judge });
  const check = async (name: string, ...rewards: RewardFunction[]): Promise<BenchCheck> =>
    (await bench(...rewards)).checks.find((each) => each.name === name)!;
  const failing = ({ checks }: RewardBenchReport): string[] =>
    checks.filter(({ status }) => status === 'fail').map(({ name }) => name);

  it('finds nothing to fail in the default reward and in the strict answer', async () => {
    expect(failing(await bench(sanitizerCurriculum()))).toEqual([]);
    const strict = await bench(answerStrict());
    expect(failing(strict)).toEqual([]);
    expect(strict.checks.find(({ name }) => name === 'mutants')?.numbers.lower).toBeGreaterThan(40);
  });

  it('is the same again for the same seed, but for the time', async () => {
    const facts = async (seed: number): Promise<unknown> => {
      const { checks, ...rest } = await benchReward({
        rewards: [sanitizerCurriculum()],
        problems,
        judge,
        seed,
      });
      return [checks.filter(({ name }) => name !== 'time'), rest];
    };
    expect(await facts(1)).toEqual(await facts(1));
  });

  it('catches a reward that takes the last number wherever it stands', async () => {
    const report = await bench(answerLenient());
    expect(failing(report)).toContain('hacks');
    const hacks = report.checks.find(({ name }) => name === 'hacks')!;
    expect(hacks.summary).toContain('answer_in_prose');
    expect(hacks.examples[0].completion.length).toBeGreaterThan(0);
  });

  it('catches a score that grows with the text', async () => {
    const { status, numbers, details } = await check(
      'length',
      plain(
        'long',
        ({ completion, verdict }) => (verdict!.correct ? 1 : 0) + completion.length / 1e5,
      ),
    );
    expect(status).toBe('fail');
    expect(numbers.raised).toBe(numbers.padded);
    expect(numbers.rank_correlation).toBeCloseTo(1, 1);
    expect(details.join()).toMatch(/repeated steps of reference/);
  });

  it('catches an order of outcomes that is turned round', async () => {
    const scores = { clean: 1, warning: 0.1, wrong_answer: 0.3 };
    const { status, summary } = await check('tiers', sanitizerCurriculum({ scores }));
    expect(status).toBe('fail');
    expect(summary).toBe('wrong_answer scores more than warning');
  });

  it('catches a constant, by everything that compares', async () => {
    const report = await bench(plain('one', () => 1));
    expect(failing(report)).toEqual(['mutants', 'hacks', 'variance']);
    expect(report.passed).toBe(false);
  });

  it.each<[string, RegExp, () => RewardFunction]>([
    [
      'changes its input',
      /changes the rollouts/,
      () =>
        plain('touch', (rollout) => {
          rollout.columns = { ...rollout.columns, seen: rollout.completion.length };
          rollout.completion += ' ';
          return 0;
        }),
    ],
    [
      'drifts',
      /differ the second time/,
      () => {
        let calls = 0;
        return plain('drift', () => calls++);
      },
    ],
    [
      'looks at the batch',
      /differ alone; say wholeBatch: true/,
      () => ({
        name: 'batch',
        score: (rollouts) => rollouts.map(() => rollouts.length),
      }),
    ],
    [
      'scores what could not be judged',
      /scores 0, not null/,
      () => plain('broken', ({ verdict }) => (verdict!.correct ? 1 : 0)),
    ],
    ['gives too few results', /expected \d+ results/, () => ({ name: 'few', score: () => [1] })],
    ['gives no numbers', /expected a finite score/, () => plain('nan', () => NaN)],
    [
      'throws on an empty completion',
      /nothing to score/,
      () =>
        plain('picky', ({ completion }) => {
          if (completion === '') throw new Error('nothing to score');
          return 1;
        }),
    ],
  ])('says of a reward that %s: %s', async (_, message, make) => {
    const { status, summary } = await check('contract', make());
    expect(status).toBe('fail');
    expect(summary).toMatch(message);
  });

  it('lets a reward of the whole batch depend on it, and one of the text score anything', async () => {
    const batch: RewardFunction = {
      name: 'batch',
      wholeBatch: true,
      score: (rollouts) =>
        rollouts.map(({ verdict }) =>
          verdict?.outcome === 'sandbox_error' ? null : rollouts.length,
        ),
    };
    expect((await check('contract', batch)).status).toBe('pass');
    const text = await check(
      'contract',
      plain('text', ({ completion }) => -completion.length),
    );
    expect(text.status).toBe('warn');
    expect(text.summary).toMatch(/reads no verdict/);
  });

  it('takes the spread of rewards from rollouts that are given', async () => {
    const rewards = [plain('length', ({ completion }) => completion.length)];
    const { checks } = await benchReward({
      rewards,
      problems,
      judge,
      rollouts: flatGroup(judge.toolchain),
    });
    const variance = checks.find(({ name }) => name === 'variance')!;
    expect(variance.status).toBe('warn');
    expect(variance.numbers.frac_reward_zero_std).toBe(1);
  });

  it('fits its table to 80 columns, and tells every check in the page', async () => {
    const report = await bench(answerLenient());
    for (const row of rewardBenchView(report, 80).map(plainText))
      expect(row.length).toBeLessThanOrEqual(80);
    const page = benchMarkdown(report);
    for (const { name, summary } of report.checks) {
      expect(page).toContain(`| ${name} |`);
      expect(page).toContain(summary);
    }
    expect(page).toContain('## hacks');
  });

  it('wants rewards and problems', async () => {
    await expect(benchReward({ rewards: [], problems, judge })).rejects.toThrow(
      /at least one reward/,
    );
    await expect(
      benchReward({ rewards: [sanitizerCurriculum()], problems: [], judge }),
    ).rejects.toThrow(/at least one problem/);
  });
});

describe('spearman', () => {
  it('correlates ranks, ties at their mean', () => {
    expect(spearman([1, 2, 3], [10, 20, 90])).toBeCloseTo(1, 12);
    expect(spearman([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 12);
    // scipy 1.17.1: spearmanr([1, 1, 2, 3], [1, 2, 3, 3])
    expect(spearman([1, 1, 2, 3], [1, 2, 3, 3])).toBeCloseTo(0.888888888888889, 12);
    expect(spearman([1, 1], [1, 2])).toBeNull();
  });
});

/** Two rollouts of one group with the same text. */
function flatGroup(toolchain: string): Rollout[] {
  return [0, 1].map((sample) => ({
    version: 1,
    id: `given/0/0/${sample}`,
    run: 'given',
    step: 0,
    problemId: problems[0].id,
    task: 'maths',
    group: 0,
    sample,
    promptHash: '',
    prompt: 'Question: …\n',
    completion: '#### 1',
    promptIds: [],
    completionIds: [1],
    logprobs: [-1],
    completionMask: [1],
    byteOffsets: [0, 6],
    finishReason: 'stop',
    sampling: { temperature: 1, topK: 0, topP: 1, minP: 0, maxNewTokens: 8, stop: [], seed: 0 },
    modelRevision: 'none',
    columns: {},
    verdict: {
      outcome: 'wrong_answer',
      diagnostics: [],
      testsPassed: 0,
      testsTotal: 1,
      tests: [],
      prediction: '1',
      groundTruth: '40',
      correct: false,
      formatOk: true,
      stages: [],
      toolchain,
      isolation: 'none',
      fromCache: false,
      retried: false,
    },
  }));
}
