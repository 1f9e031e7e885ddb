import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Policy } from '../../src/policy/index.js';
import type { Problem } from '../../src/records.js';
import { sanitizerCurriculum, scoreRollouts } from '../../src/rewards/index.js';
import {
  collectRollouts,
  judgeRollouts,
  openRolloutStore,
  sampleRollouts,
  type CollectStage,
} from '../../src/rollouts/index.js';
import { createJudgePool, type JudgePool } from '../../src/sandbox/index.js';
import { findingWeights } from '../../src/rewards/index.js';
import { tinyPolicy, tinySampling, useOneThread } from '../training/tiny-policy.js';

const problems: Problem[] = [1, 2].map((k) => ({
  id: `plus-${k}`,
  task: 'tiny',
  split: 'train',
  prompt: `int plus(int x) { // x + ${k}\n`,
  language: 'cpp',
  tests: {
    includes: '#include <cstddef>\n',
    prefix: 'int plus(int x) {\n',
    suffix: '\n',
    cases: [
      { code: 'rlsf_emit(plus(1));', expected: `${1 + k}` },
      { code: 'rlsf_emit(plus(5));', expected: `${5 + k}` },
    ],
  },
  columns: { family: 'plus' },
}));

let policy: Policy;
beforeAll(async () => {
  await useOneThread();
  policy = await tinyPolicy(1);
});
afterAll(() => policy.dispose());

const input = () => ({
  policy,
  problems,
  settings: { ...tinySampling, maxNewTokens: 4 },
  numGenerations: 3,
  run: 'run',
  step: 7,
  seed: 5,
});

describe('sampleRollouts', () => {
  it('gives a group per problem, with what is needed to know where each came from', async () => {
    const rollouts = await sampleRollouts(input());
    expect(rollouts.map(({ id }) => id)).toEqual([
      'run/7/0/0',
      'run/7/0/1',
      'run/7/0/2',
      'run/7/1/0',
      'run/7/1/1',
      'run/7/1/2',
    ]);
    for (const rollout of rollouts) {
      const tokens = rollout.completionIds.length;
      expect(rollout.problemId).toBe(problems[rollout.group].id);
      expect(rollout.completionMask).toEqual(new Array(tokens).fill(1));
      expect(rollout.logprobs).toHaveLength(tokens);
      expect(rollout.byteOffsets).toHaveLength(tokens + 1);
      expect(rollout.modelRevision).toBe(policy.revision);
      expect(rollout.columns).toEqual({ family: 'plus' });
    }
    expect(rollouts[0].promptHash).not.toBe(rollouts[3].promptHash);
  });

  it('draws the same again for the same seed and step, and anew for the next step', async () => {
    const again = await sampleRollouts(input());
    expect(again).toEqual(await sampleRollouts(input()));
    const next = await sampleRollouts({ ...input(), step: 8 });
    expect(next.map(({ completion }) => completion)).not.toEqual(
      again.map(({ completion }) => completion),
    );
  });

  it('stops with the signal’s reason', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(sampleRollouts({ ...input(), signal })).rejects.toThrow('enough');
  });
});

const compiler = spawnSync('g++', ['--version']).status === 0;

describe.skipIf(!compiler)('with a real judge (needs g++)', () => {
  let judge: JudgePool;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'rlsf-collect-'));
    judge = await createJudgePool({ workers: 2 });
  });
  afterAll(async () => {
    await judge.close();
    rmSync(folder, { recursive: true });
  });

  it('collectRollouts samples, judges, scores and records', async () => {
    const store = openRolloutStore(path.join(folder, 'rollouts.jsonl'));
    const stages = new Set<CollectStage>();
    const rollouts = await collectRollouts({
      ...input(),
      judge,
      rewards: [sanitizerCurriculum()],
      store,
      onProgress: (stage) => stages.add(stage),
    });
    expect([...stages]).toEqual(['sample', 'judge']);
    expect(store.readAll()).toEqual(rollouts);
    for (const { verdict, reward } of rollouts) {
      expect(verdict?.outcome).toBe('compile_error');
      expect(reward).toBe(0);
    }
    store.close();
  });

  it('a worked answer that ran out of tokens has no false last step', async () => {
    const worked: Problem = {
      id: 'sum',
      task: 'tiny',
      split: 'train',
      prompt: '12 + 30?',
      language: 'text',
      answer: '42',
      columns: {},
    };
    const [first] = await sampleRollouts({ ...input(), numGenerations: 1 });
    const completion = 'He has 12 + 30 = 4';
    const kindsOf = async (finishReason: 'length' | 'stop'): Promise<(string | undefined)[]> => {
      const rollout = { ...first, problemId: 'sum', completion, finishReason };
      const [{ verdict }] = await judgeRollouts([rollout], [worked], judge);
      return verdict?.diagnostics.map(({ kind }) => kind) ?? [];
    };
    expect(await kindsOf('stop')).toEqual(['false-step', 'no-answer']);
    expect(await kindsOf('length')).toEqual(['no-answer']);
  });

  it('a program’s finding reaches the tokens that wrote it', async () => {
    const [first] = await sampleRollouts({ ...input(), numGenerations: 1 });
    const completion = '  int values[2] = {x, 1};\n  return values[x + 1];\n}';
    const completionIds = policy.tokenizer.encode(completion);
    const written = {
      ...first,
      completion,
      completionIds,
      byteOffsets: policy.tokenizer.byteOffsets(completionIds),
    };
    const judged = await judgeRollouts([written], problems, judge);
    const [scored] = await scoreRollouts(judged, [sanitizerCurriculum()]);
    expect(scored.verdict?.outcome).toBe('runtime_error');
    expect(scored.reward).toBe(0.2);
    const blamed = findingWeights(scored).flatMap((weight, token) =>
      weight > 0 ? [policy.tokenizer.decode([completionIds[token]])] : [],
    );
    expect(blamed.join('')).toContain('values[x + 1]');
    expect(blamed.join('')).not.toContain('int values');
  });
});
