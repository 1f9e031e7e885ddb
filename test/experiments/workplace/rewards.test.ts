import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configFromObject } from '../../../src/experiments/config/index.js';
import { openRewards, parseRewardEntry } from '../../../src/experiments/index.js';
import { configRewards } from '../../../src/experiments/workplace/index.js';
import { scoreRollouts } from '../../../src/rewards/index.js';
import { exampleRollout, exampleVerdict } from '../../rollouts/example-rollout.js';

let folder = '';
beforeAll(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-rewards-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, text: string): Promise<string> {
  const place = path.join(folder, name);
  await writeFile(place, text);
  return place;
}

const judged = [
  exampleRollout({ verdict: exampleVerdict('clean') }),
  exampleRollout({ sample: 1, verdict: exampleVerdict('warning') }),
];

async function rewardOf(config: object): Promise<(number | null | undefined)[]> {
  const rewards = await configRewards(configFromObject({ reward: config }));
  return (await scoreRollouts(judged, rewards)).map(({ reward }) => reward);
}

describe('rewards of a config', () => {
  it('are the curriculum with the scores of the config, unless others are named', async () => {
    expect(await rewardOf({})).toEqual([1, 0.5]);
    expect(await rewardOf({ scores: { warning: 0.25 } })).toEqual([1, 0.25]);
    expect(await rewardOf({ functions: ['compile_only'], scores: { warning: 0.25 } })).toEqual([
      1, 1,
    ]);
  });

  it('add up with their weights; the same built-in may be there twice under two names', async () => {
    const functions = [
      { name: 'sanitizer_curriculum', weight: 2 },
      { name: 'sanitizer_curriculum', as: 'strict', options: { scores: { warning: 0 } } },
    ];
    expect(await rewardOf({ functions })).toEqual([3, 1]);
    await expect(rewardOf({ functions: ['compile_only', 'compile_only'] })).rejects.toThrow(
      /names that differ, got compile_only twice\. .*as: compile_only_2/,
    );
  });

  it('say which name or option is wrong', async () => {
    await expect(rewardOf({ functions: ['test_pased'] })).rejects.toThrow(/tests_passed/);
    await expect(rewardOf({ functions: [{ weight: 1 }] })).rejects.toThrow(
      /expected the name of a built-in reward or the path of a file/,
    );
  });
});

describe('a reward of one’s own', () => {
  it('is a plain function in TypeScript, named like its file', async () => {
    const place = await file(
      'lines.ts',
      'export default (rollouts: { completion: string }[]): number[] =>\n' +
        "  rollouts.map(({ completion }) => completion.split('\\n').length);\n",
    );
    const [reward] = await openRewards([place]);
    expect(reward.name).toBe('lines');
    expect((await scoreRollouts(judged, [reward])).map(({ reward: sum }) => sum)).toEqual([1, 1]);
  });

  it('may be several of them in JavaScript, with names and weights, changed by the entry', async () => {
    const place = await file(
      'two.mjs',
      'export default [\n' +
        "  { name: 'one', weight: 0.5, score: (rollouts) => rollouts.map(() => 1) },\n" +
        "  { name: 'other', score: (rollouts) => rollouts.map(() => null) },\n];\n",
    );
    const rewards = await openRewards([place, { path: place, weight: 3 }]).catch(String);
    expect(rewards).toMatch(/names that differ, got one twice/);
    const heavier = await openRewards([{ path: place, weight: 3 }]);
    expect(heavier.map(({ name, weight }) => [name, weight])).toEqual([
      ['one', 3],
      ['other', 3],
    ]);
    await expect(openRewards([{ path: place, as: 'mine' }])).rejects.toThrow(
      /holds 2 rewards \(one, other\)/,
    );
  });

  it('may take options by createReward, and no options without it', async () => {
    const place = await file(
      'options.ts',
      'export const createReward = ({ value = 1 }: { value?: number }) => ({\n' +
        "  name: 'constant',\n  score: (rollouts: unknown[]) => rollouts.map(() => value),\n});\n",
    );
    const [reward] = await openRewards([{ path: place, options: { value: 0.25 }, as: 'quarter' }]);
    expect(reward.name).toBe('quarter');
    expect((await scoreRollouts(judged, [reward]))[0].reward).toBe(0.25);
    const plain = await file('plain.mjs', 'export default (rollouts) => rollouts.map(() => 1);\n');
    await expect(openRewards([{ path: plain, options: {} }])).rejects.toThrow(
      /expected an export `createReward\(options\)`/,
    );
  });

  it('that cannot be loaded, or is none, is an error that names the file', async () => {
    await expect(openRewards(['not/there.ts'])).rejects.toThrow(/there is no .*not\/there\.ts/);
    const broken = await file('broken.ts', 'export default (;\n');
    await expect(openRewards([broken])).rejects.toThrow(/broken\.ts: cannot be loaded/);
    const none = await file('none.mjs', 'export const x = 1;\n');
    await expect(openRewards([none])).rejects.toThrow(/none\.mjs: .*got no default export/);
    const half = await file('half.mjs', "export default [{ name: 'x' }];\n");
    await expect(openRewards([half])).rejects.toThrow(/got a list of 1 with something else/);
  });
});

describe('parseRewardEntry', () => {
  it('reads a name, a file, a weight behind them, and the object form', () => {
    expect(parseRewardEntry('tests_passed')).toBe('tests_passed');
    expect(parseRewardEntry('tests_passed:0.5')).toEqual({ name: 'tests_passed', weight: 0.5 });
    expect(parseRewardEntry('a/mine.ts:-1')).toEqual({ path: 'a/mine.ts', weight: -1 });
    expect(parseRewardEntry('{ name: repetition, options: { ngram_size: 3 } }')).toEqual({
      name: 'repetition',
      options: { ngram_size: 3 },
    });
  });

  it('refuses what is neither', () => {
    expect(() => parseRewardEntry('{ name: [1 }')).toThrow(/--reward: expected a name/);
    expect(() => parseRewardEntry('{ nam: x }')).toThrow(/--reward: expected a name/);
    expect(() => parseRewardEntry('')).toThrow(/--reward: expected a name/);
  });
});
