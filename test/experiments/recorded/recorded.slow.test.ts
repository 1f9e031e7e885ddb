import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  explainRun,
  loadConfig,
  openRewards,
  readRecorded,
  recordedProblems,
  rescoreRun,
  train,
  trainPretrain,
} from '../../../src/experiments/index.js';
import type { Rollout } from '../../../src/records.js';
import { openRolloutIndex } from '../../../src/rollouts/index.js';
import { call } from '../../cli/call.js';
import { tinyOptions } from '../killed-runs.js';
import { hasCompiler, tinyPretrain } from '../tiny.js';

let folder = '';
let run = '';
let model = '';
const rewardFile = (): string => path.join(folder, 'length.mjs');

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-recorded-'));
  model = (await trainPretrain(tinyPretrain(path.join(folder, 'policy')))).paths.model ?? '';
  await writeFile(
    rewardFile(),
    'export default (rollouts) => rollouts.map(({ completionIds }) => completionIds.length / 100);\n',
  );
  if (!hasCompiler) return;
  const set = [...tinyOptions('grpo', model, folder), `reward.functions=[${rewardFile()}]`];
  const config = await loadConfig(null, { env: {}, method: 'grpo', set });
  run = (await train('grpo', config)).folder;
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.skipIf(!hasCompiler)('a recorded run (needs g++)', () => {
  it('was trained on the reward of the user’s own file', async () => {
    const { rollouts } = await readRecorded(run);
    expect(rollouts.length).toBeGreaterThan(0);
    for (const { rewards, reward, completionIds, update } of rollouts) {
      expect(rewards?.map(({ name }) => name)).toEqual(['length']);
      expect(reward).toBe(completionIds.length / 100);
      // Two iterations over each batch.
      expect(update?.countedTokens).toBe(2 * completionIds.length);
    }
    const index = await openRolloutIndex(path.join(run, 'rollouts.jsonl'));
    const tokens = rollouts.reduce((sum, { completionIds }) => sum + completionIds.length, 0);
    expect(await index.query('select sum(counted_tokens)::INTEGER as n from rollouts')).toEqual([
      { n: 2 * tokens },
    ]);
    await index.close();
    const metadata = JSON.parse(await readFile(path.join(run, 'run_metadata.json'), 'utf8')) as {
      dataHashes: Record<string, string>;
    };
    expect(metadata.dataHashes[`reward/${rewardFile()}`]).toMatch(/^[0-9a-f]{64}$/);
  });

  it('scored again by its own reward changes nothing', async () => {
    const { difference, files } = await rescoreRun(run);
    expect(difference.rewards).toEqual({ raised: 0, lowered: 0, lostScore: 0, gainedScore: 0 });
    expect(difference.advantages).toEqual({ flipped: 0, lost: 0, gained: 0 });
    expect(difference.examples).toEqual([]);
    expect(files).toEqual([]);
  });

  it('scored and judged again by another reward: the difference, a log, figures', async () => {
    const out = path.join(folder, 'again');
    const rewards = await openRewards(['sanitizer_curriculum']);
    const { difference, rollouts, files } = await rescoreRun(run, { rewards, rejudge: true, out });
    expect(difference.verdicts.flipped).toBe(0);
    expect(difference.rewards.raised + difference.rewards.lowered).toBe(rollouts.length);
    expect(files.map((file) => path.basename(file))).toEqual([
      'rollouts.jsonl',
      'difference.json',
      'difference.html',
      'difference.svg',
    ]);
    const written = await readRecorded(out);
    expect(written.rollouts).toEqual(rollouts);
    // The other way round: the recorded rewards against the new log.
    const back = await rescoreRun(run, { against: { log: out } });
    expect(back.difference.rewards.raised).toBe(difference.rewards.lowered);
    await expect(rescoreRun(run, { rewards, out: run })).rejects.toThrow(
      /other than the run's own/,
    );
  });

  it('judged again says which verdicts flipped', async () => {
    const recorded = await readRecorded(run);
    const problems = await recordedProblems(recorded);
    const log = path.join(folder, 'references.jsonl');
    // Right answers that something, a compiler that was not there say, had called wrong.
    const rollouts = recorded.rollouts.slice(0, 8).map((rollout): Rollout => {
      const { reference } = problems.find(({ id }) => id === rollout.problemId)!;
      return { ...rollout, completion: reference!, finishReason: 'stop' };
    });
    await writeFile(log, rollouts.map((rollout) => `${JSON.stringify(rollout)}\n`).join(''));
    const { difference } = await rescoreRun(log, {
      rewards: await openRewards(['sanitizer_curriculum']),
      rejudge: true,
      set: ['judge.flags=["-Werror"]'],
    });
    const wrong = rollouts.filter(({ verdict }) => verdict!.outcome !== 'clean').length;
    expect(wrong).toBeGreaterThan(0);
    expect(difference.verdicts.flipped).toBe(wrong);
    for (const { to } of difference.verdicts.moves) expect(to).toBe('clean');
    expect(difference.after.meanReward).toBe(1);
  });

  it('is explained step by step, and a step by its groups', async () => {
    const steps = await explainRun(run);
    expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    const [one] = await explainRun(run, { step: 2 });
    expect(one).toEqual(steps[1]);
    await expect(explainRun(run, { step: 9 })).rejects.toThrow(/steps 1 to 4, got 9/);
    const { code, out } = await call('explain', run, '--step', '2');
    expect(code).toBe(0);
    expect(out).toContain(`${one.taught} of ${one.groups.length} groups taught`);
    const { out: json } = await call('explain', run, '--json');
    expect((JSON.parse(json) as unknown[]).length).toBe(4);
  });

  it('is not resumed once the file of its reward is another one', async () => {
    const status = path.join(run, 'status.json');
    const before = await readFile(status, 'utf8');
    await writeFile(status, before.replace('"finished"', '"interrupted"'));
    await appendFile(rewardFile(), '// changed\n');
    const config = await loadConfig(path.join(run, 'config.yaml'), { env: {} });
    await expect(train('grpo', config, { resume: run })).rejects.toThrow(
      /length\.mjs as it was when the run began/,
    );
  });

  it('from the command line: the table, an error in a reward’s name, nothing to change', async () => {
    const { code, out } = await call('rescore', run, '--reward', 'compile_only');
    expect(code).toBe(0);
    expect(out).toContain('rank correlation');
    const wrong = await call('rescore', run, '--reward', 'compile_onyl');
    expect(wrong.code).toBe(1);
    expect(wrong.err).toContain('compile_only');
    const nothing = await call('rescore', run);
    expect(nothing.code).toBe(2);
    expect(nothing.err).toContain('--reward, --rejudge or --set');
  });
});
