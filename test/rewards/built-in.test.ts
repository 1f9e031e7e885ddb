import { describe, expect, it } from 'vitest';
import type { Problem, Rollout } from '../../src/records.js';
import {
  builtInRewards,
  createReward,
  rewardNames,
  scoreRollouts,
  type RewardSpec,
} from '../../src/rewards/index.js';
import { exampleRollout, exampleVerdict } from '../rollouts/example-rollout.js';
import { answerRollout, resultOf, textRollout } from './text-rollout.js';

/** Options without a default. */
const required: Record<string, Record<string, unknown>> = {
  length_penalty: { target_len: 4 },
  overlong: { max_completion_len: 8, soft_punish_cache: 4 },
  cosine_scaled: { max_len: 16 },
};

const readsVerdict = [
  ...['sanitizer_curriculum', 'all_tests', 'tests_passed', 'compile_only', 'answer_strict'],
  ...['answer_lenient', 'numeric_distance', 'cosine_scaled'],
];

function specOf(name: string): RewardSpec {
  return { name, options: required[name] };
}

const judged: Rollout[] = [
  answerRollout('6 * 7 = 42\n#### 42', '42'),
  answerRollout('6 * 7 = 43\n#### 43', '42'),
  answerRollout('<think>so 42</think>', '42'),
  textRollout('int f() { return 1; }', { verdict: exampleVerdict('clean') }),
  textRollout('aaaaaaaaaaaaaaaaaaaa', { verdict: exampleVerdict('compile_error') }),
  textRollout('', { verdict: exampleVerdict('no_answer') }),
  textRollout('x', { verdict: exampleVerdict('sandbox_error') }),
].map((rollout, sample) => ({ ...rollout, sample, id: `run/1/0/${sample}` }));

const problem: Problem = {
  ...{ id: judged[0].problemId, task: 't', split: 's', prompt: 'p', language: 'text' },
  reference: '6 * 7 = 42\n#### 42',
  columns: {},
};

describe('builtInRewards', () => {
  it('names every reward in the words of metric keys, each option described', () => {
    expect(rewardNames).toEqual(Object.keys(builtInRewards));
    for (const [name, { options, summary }] of Object.entries(builtInRewards)) {
      expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect(summary).toMatch(/\.$/);
      for (const [key, option] of Object.entries(options.shape)) {
        expect(key).toMatch(/^[a-z]+(_[a-z]+)*$/);
        expect((option as { description?: string }).description, `${name}.${key}`).toBeTruthy();
      }
    }
  });

  it.each(rewardNames)(
    '%s scores a rollout alone as it does in a batch, in any order',
    async (name) => {
      const reward = createReward(specOf(name));
      const together = await scoreRollouts(judged, [reward], [problem]);
      const backwards = await scoreRollouts(judged.toReversed(), [reward], [problem]);
      expect(backwards.toReversed()).toEqual(together);
      for (const [index, rollout] of judged.entries()) {
        expect(await scoreRollouts([rollout], [reward], [problem])).toEqual([together[index]]);
      }
      const scores = new Set(together.map((rollout) => rollout.reward));
      expect(scores.size, 'different completions score differently').toBeGreaterThan(1);
    },
  );

  it.each(rewardNames)('%s leaves what it was given as it was', async (name) => {
    const before = structuredClone(judged);
    await scoreRollouts(judged, [createReward(specOf(name))], [problem]);
    expect(judged).toEqual(before);
  });

  it.each(rewardNames)('%s asks for a verdict only where it reads one', async (name) => {
    const reward = createReward(specOf(name));
    const scored = scoreRollouts([textRollout('x = 1')], [reward], [problem]);
    if (readsVerdict.includes(name)) {
      await expect(scored).rejects.toThrow(new RegExp(`^${name}: expected judged rollouts`));
      const broken = exampleRollout({ verdict: exampleVerdict('sandbox_error') });
      expect((await resultOf(reward, broken)).score).toBeNull();
    } else {
      expect((await scored)[0].reward).toEqual(expect.any(Number));
    }
  });
});

describe('createReward', () => {
  it('records one built-in under two names', async () => {
    const rewards = [
      createReward({ name: 'length_penalty', as: 'short', weight: 2, options: { target_len: 0 } }),
      createReward({ name: 'length_penalty', options: { target_len: 2, per_token: 1 } }),
    ];
    const [{ rewards: results, reward }] = await scoreRollouts([textRollout('abc')], rewards);
    expect(results?.map(({ name, weight, score }) => [name, weight, score])).toEqual([
      ['short', 2, -0.003],
      ['length_penalty', 1, -1],
    ]);
    expect(reward).toBeCloseTo(-1.006, 12);
  });

  it('hands the scores of the curriculum on', async () => {
    const reward = createReward({
      name: 'sanitizer_curriculum',
      options: { scores: { compile_error: -1 } },
    });
    const rollout = exampleRollout({ verdict: exampleVerdict('compile_error') });
    expect((await resultOf(reward, rollout)).score).toBe(-1);
  });

  it.each<[RewardSpec, string]>([
    [{ name: 'repetiton' }, 'got "repetiton". Did you mean "repetition"? There are sanitizer_cur'],
    [{ name: 'toString' }, 'expected the name of a built-in reward, got "toString"'],
    [
      { name: 'repetition', options: { ngram_size: 'x' } },
      "reward repetition: options.ngram_size: expected a whole number of at least 1, got 'x'",
    ],
    [
      { name: 'repetition', options: { ngram_sise: 2 } },
      `reward repetition: options: there is no option 'ngram_sise'. Did you mean "ngram_size"?`,
    ],
    [
      { name: 'sanitizer_curriculum', options: { scores: { claen: 1 } } },
      `options.scores: there is no option 'claen'. Did you mean "clean"?`,
    ],
    [
      { name: 'sanitizer_curriculum', options: { scores: { sandbox_error: 0 } } },
      "options.scores: there is no option 'sandbox_error'",
    ],
    [
      { name: 'malformed', options: { checks: ['empty', 'odd'] } },
      'options.checks: expected a list of one or more of empty, truncated, undecodable, open_fence, open_bracket, got ["empty","odd"]',
    ],
    [
      { name: 'numeric_distance', options: { partial_credit: 2 } },
      'options.partial_credit: expected a number from 0 to 1, got 2',
    ],
    [{ name: 'answer_lenient', options: { x: 1 } }, "options: it takes no options, got 'x'"],
    [
      { name: 'overlong', options: { max_completion_len: 4 } },
      'options.soft_punish_cache: expected a whole number of at least 0, got nothing',
    ],
  ])('says of %j: %s', (spec, message) => {
    expect(() => createReward(spec)).toThrow(message);
  });
});
