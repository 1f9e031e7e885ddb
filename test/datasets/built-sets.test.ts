import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  buildNBest,
  buildPairs,
  buildSft,
  buildUnpaired,
  readDataset,
  referencePairs,
  writeBuiltSets,
  writeParquet,
  type CorruptedSample,
} from '../../src/datasets/index.js';
import type { Diagnostic, Outcome, Problem, Rollout } from '../../src/records.js';
import { exampleRollout, exampleVerdict } from '../rollouts/example-rollout.js';

/** One sample of a problem: its text says what it is. */
function sample(
  problem: number,
  index: number,
  outcome: Outcome,
  completion: string,
  changes: Partial<Rollout> = {},
): Rollout {
  return exampleRollout({
    id: `run/1/${problem}/${index}`,
    group: problem,
    sample: index,
    problemId: `p${problem}`,
    prompt: `problem ${problem}\n`,
    completion,
    completionIds: [...Buffer.from(completion), 256],
    verdict: exampleVerdict(outcome, { diagnostics: findings(outcome) }),
    ...changes,
  });
}

function findings(outcome: Outcome): Diagnostic[] {
  if (outcome !== 'compile_error') return [];
  return [
    {
      tool: 'g++',
      severity: 'error',
      kind: 'syntax',
      message: 'expected ;',
      option: null,
      position: null,
      span: { precision: 'span', start: 1, end: 3 },
      frames: [],
    },
  ];
}

const mixed = [
  sample(0, 0, 'clean', 'good'),
  sample(0, 1, 'compile_error', 'bad;'),
  sample(0, 2, 'wrong_answer', 'meh'),
  sample(0, 3, 'clean', 'good'),
  sample(0, 4, 'sandbox_error', 'who knows'),
];

const problems: Problem[] = [0, 1].map((k) => ({
  id: `p${k}`,
  task: 'cpp',
  split: 'train',
  prompt: `problem ${k}\n`,
  language: 'cpp',
  reference: 'reference',
  columns: {},
}));

describe('buildPairs', () => {
  it('pairs better with worse samples, each text once, and keeps ids, spans and where they come from', () => {
    const { rows, dropped, problems: counts } = buildPairs(mixed, { maxPairsPerProblem: 10 });
    expect(rows.map(({ chosen, rejected, margin }) => [chosen, rejected, margin]).sort()).toEqual([
      ['good', 'bad;', 1],
      ['good', 'meh', 0.7],
      ['meh', 'bad;', 0.3],
    ]);
    expect(dropped).toEqual({ 'same text': 1, unscorable: 1 });
    expect(counts).toEqual({ total: 1, withRows: 1, without: {} });
    expect(rows.find(({ chosen, rejected }) => chosen === 'good' && rejected === 'bad;')).toEqual({
      prompt: 'problem 0\n',
      chosen: 'good',
      rejected: 'bad;',
      id: 'run/1/0/0>run/1/0/1',
      problem_id: 'p0',
      task: 'cpp',
      rank_by: 'outcome',
      margin: 1,
      model_revision: 'abc',
      prompt_ids: [1, 2],
      chosen_ids: [...Buffer.from('good'), 256],
      rejected_ids: [...Buffer.from('bad;'), 256],
      chosen_outcome: 'clean',
      rejected_outcome: 'compile_error',
      chosen_reward: null,
      rejected_reward: null,
      chosen_score: 1,
      rejected_score: 0,
      chosen_tests_passed: 4,
      rejected_tests_passed: 0,
      tests_total: 0,
      chosen_spans: [],
      rejected_spans: [{ start: 1, end: 3, kind: 'syntax', severity: 'error' }],
      chosen_finish_reason: 'stop',
      rejected_finish_reason: 'stop',
      chosen_source: 'sampled',
      rejected_source: 'sampled',
      chosen_rollout: 'run/1/0/0',
      rejected_rollout: 'run/1/0/1',
      corruption: null,
    });
  });

  it('keeps the margin, the least rank of the chosen side, the length ratio and the number asked for', () => {
    const all = { maxPairsPerProblem: 10 };
    expect(buildPairs(mixed, { ...all, margin: 0.7 }).rows).toHaveLength(2);
    expect(buildPairs(mixed, { ...all, margin: 0.71 }).dropped['under margin']).toBe(2);
    expect(buildPairs(mixed, { ...all, minChosenScore: 1 }).rows).toHaveLength(2);
    const long = [
      sample(0, 0, 'clean', 'x'.repeat(30)),
      sample(0, 1, 'wrong_answer', 'x'.repeat(10)),
    ];
    expect(buildPairs(long, { maxLengthRatio: 3 }).rows).toHaveLength(1);
    expect(buildPairs(long, { maxLengthRatio: 2.9 }).problems.without).toEqual({
      'no pair within the limits': 1,
    });
    const two = buildPairs(mixed, { maxPairsPerProblem: 2 });
    expect(two.rows).toHaveLength(2);
    expect(two.dropped['over maxPairsPerProblem']).toBe(1);
  });

  it('uses each sample as seldom as it can, and follows the seed alone', () => {
    const many = [
      ...Array.from({ length: 6 }, (_, i) => sample(0, i, 'clean', `good ${i}`)),
      ...Array.from({ length: 6 }, (_, i) => sample(0, 6 + i, 'wrong_answer', `bad ${i}`)),
    ];
    const ids = (seed: number): string[] =>
      buildPairs(many, { maxPairsPerProblem: 6, seed }).rows.map(({ id }) => id);
    const { rows } = buildPairs(many, { maxPairsPerProblem: 6 });
    expect(new Set(rows.map((row) => row.chosen)).size).toBe(6);
    expect(new Set(rows.map((row) => row.rejected)).size).toBe(6);
    expect(ids(1)).toEqual(ids(1));
    expect(ids(1)).not.toEqual(ids(2));
  });

  it('balances lengths where asked to', () => {
    const lengths = [4, 40, 8, 80, 15, 60, 20, 30];
    const rollouts = lengths.flatMap((length, problem) =>
      lengths.map((other, i) =>
        sample(problem, i, i % 2 ? 'clean' : 'wrong_answer', `${i}`.padEnd(i % 2 ? other : length)),
      ),
    );
    const bias = (lengthBalance: boolean): number =>
      Math.abs(
        buildPairs(rollouts, { maxPairsPerProblem: 1, lengthBalance }).rows.reduce(
          (sum, { chosen, rejected }) => sum + chosen.length - rejected.length,
          0,
        ),
      );
    expect(bias(true)).toBeLessThan(bias(false) / 2);
  });

  it('ranks by reward, by tests passed and by what the sanitizers found', () => {
    const some = [
      sample(0, 0, 'wrong_answer', 'half', {
        reward: 0.1,
        verdict: exampleVerdict('wrong_answer', { testsPassed: 2 }),
      }),
      sample(0, 1, 'runtime_error', 'most', {
        reward: 0.9,
        verdict: exampleVerdict('runtime_error', { testsPassed: 3 }),
      }),
    ];
    const chosen = (rankBy: 'reward' | 'tests' | 'clean' | 'outcome'): string =>
      buildPairs(some, { rankBy }).rows[0].chosen;
    expect([chosen('reward'), chosen('tests'), chosen('clean'), chosen('outcome')]).toEqual([
      'most',
      'most',
      'half',
      'half',
    ]);
    expect(() => buildPairs(mixed, { rankBy: 'reward' })).toThrow(/Score it first/);
    expect(() => buildPairs([exampleRollout()])).toThrow(/Judge it first/);
  });

  it('leaves out a text that was ranked now so and now so', () => {
    const flaky = [sample(0, 0, 'clean', 'same'), sample(0, 1, 'timeout', 'same')];
    const { rows, dropped, problems: counts } = buildPairs(flaky);
    expect(rows).toEqual([]);
    expect(dropped).toEqual({ 'same text, another score': 2 });
    expect(counts.without).toEqual({ 'no scorable sample': 1 });
  });

  it('says why problems gave nothing and how to go on', () => {
    const {
      rows,
      notes,
      problems: counts,
    } = buildPairs([
      sample(0, 0, 'clean', 'a'),
      sample(0, 1, 'clean', 'b'),
      sample(1, 0, 'compile_error', 'c'),
      sample(1, 1, 'compile_error', 'd'),
      sample(2, 0, 'wrong_answer', 'e'),
    ]);
    expect(rows).toEqual([]);
    expect(counts.without).toEqual({
      'no failing sample': 1,
      'all samples fail alike': 1,
      'one sample only': 1,
    });
    expect(notes.join('\n')).toMatch(/empty/);
    expect(notes.join('\n')).toMatch(/no failing sample .*corruptAndVerify/);
    expect(notes.join('\n')).toMatch(/fail alike .*higher temperature.*referencePairs/);
  });

  it('sets a corrupted clean sample as rejected where no sample fails', () => {
    const clean = sample(0, 0, 'clean', 'return x;');
    const corrupted: CorruptedSample = {
      problemId: 'p0',
      original: 'return x;',
      text: 'return y;',
      operator: 'logic/variable',
      kind: 'logic',
      span: { start: 7, end: 8 },
      replaced: { start: 7, end: 8 },
      expectedOutcomes: ['wrong_answer'],
      verdict: exampleVerdict('wrong_answer'),
    };
    const { rows } = buildPairs([clean], { corruption: [corrupted] });
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      chosen: 'return x;',
      rejected: 'return y;',
      rejected_ids: null,
      rejected_source: 'corruption',
      rejected_spans: [{ start: 7, end: 8, kind: 'logic/variable', severity: 'error' }],
      corruption: { operator: 'logic/variable', kind: 'logic', start: 7, end: 8 },
      margin: 0.7,
    });
    expect(
      buildPairs(mixed, { corruption: [corrupted] }).rows.every(({ corruption }) => !corruption),
    ).toBe(true);
  });

  it('refuses two prompts of one problem, and limits that mean nothing', () => {
    const other = sample(0, 1, 'clean', 'b', { prompt: 'another' });
    expect(() => buildPairs([sample(0, 0, 'clean', 'a'), other])).toThrow(
      /one prompt for problem p0/,
    );
    expect(() => buildPairs([])).toThrow(/got none/);
    expect(() => buildPairs(mixed, { maxPairsPerProblem: 0 })).toThrow(/at least 1/);
    expect(() => buildPairs(mixed, { margin: -1 })).toThrow(/margin/);
    expect(() => buildPairs(mixed, { rankBy: 'luck' as 'reward' })).toThrow(
      /outcome, reward, tests/,
    );
  });
});

describe('buildUnpaired', () => {
  it('labels samples by their rank and leaves out what is between', () => {
    const { rows, dropped } = buildUnpaired(mixed, { undesirableBelow: 0.3 });
    expect(rows.map(({ completion, label }) => [completion, label])).toEqual([
      ['good', true],
      ['bad;', false],
    ]);
    expect(dropped['neither desirable nor undesirable']).toBe(1);
    expect(rows[1]).toMatchObject({
      completion_ids: [...Buffer.from('bad;'), 256],
      spans: [{ start: 1, end: 3 }],
      rollout: 'run/1/0/1',
    });
  });

  it('evens the labels out, and else names the weight that does', () => {
    const many = [
      sample(0, 0, 'clean', 'good'),
      ...Array.from({ length: 9 }, (_, i) => sample(0, 1 + i, 'wrong_answer', `bad ${i}`)),
    ];
    expect(buildUnpaired(many).notes.join()).toMatch(/desirable_weight of about 9\.00/);
    const { rows, dropped, notes } = buildUnpaired(many, { maxLabelRatio: 1 });
    expect(rows.map(({ label }) => label)).toEqual([true, false]);
    expect(dropped['over maxLabelRatio']).toBe(8);
    expect(notes).toEqual([]);
    expect(buildUnpaired(many, { maxPerProblem: 3 }).rows).toHaveLength(4);
    expect(buildUnpaired(many.slice(1)).notes.join()).toMatch(/No row is desirable/);
    expect(buildUnpaired(many.slice(0, 1)).notes.join()).toMatch(/No row is undesirable/);
  });
});

describe('buildNBest', () => {
  it('gives the best samples of each problem, best first', () => {
    const { rows } = buildNBest(mixed, { n: 2 });
    expect(rows.map(({ completion, rank, score }) => [completion, rank, score])).toEqual([
      ['good', 1, 1],
      ['meh', 2, 0.3],
    ]);
    expect(buildNBest(mixed, { n: 2, minScore: 1 }).rows).toHaveLength(1);
  });
});

describe('buildSft', () => {
  it('takes clean samples that end, and references where there is none', () => {
    const rollouts = [
      ...mixed,
      sample(1, 0, 'clean', 'cut', { finishReason: 'length' }),
      sample(1, 1, 'wrong_answer', 'no'),
    ];
    const { rows, dropped } = buildSft({ rollouts, problems });
    expect(rows.map(({ prompt, completion, source }) => [prompt, completion, source])).toEqual([
      ['problem 0\n', 'good', 'sampled'],
      ['problem 1\n', 'reference', 'reference'],
    ]);
    expect(dropped['cut off']).toBe(1);
    expect(buildSft({ rollouts, problems }, { references: 'always' }).rows).toHaveLength(3);
    expect(buildSft({ rollouts }).problems.without).toEqual({ 'no clean sample': 1 });
  });

  it('takes references alone, conversations as conversations', () => {
    const chat: Problem = { ...problems[0], prompt: [{ role: 'user', content: 'Sum?' }] };
    expect(buildSft({ problems: [chat] }).rows[0]).toMatchObject({
      prompt: [{ role: 'user', content: 'Sum?' }],
      completion: [{ role: 'assistant', content: 'reference' }],
      completion_ids: null,
    });
  });
});

describe('referencePairs', () => {
  it('sets the reference against failing samples', () => {
    const { rows, problems: counts } = referencePairs(
      [...mixed, sample(1, 0, 'clean', 'fine'), sample(2, 0, 'timeout', 'slow')],
      problems,
    );
    expect(rows.map(({ chosen, rejected }) => [chosen, rejected]).sort()).toEqual([
      ['reference', 'bad;'],
      ['reference', 'meh'],
    ]);
    expect(rows[0]).toMatchObject({ chosen_source: 'reference', chosen_ids: null, margin: null });
    expect(counts.without).toEqual({ 'no failing sample': 1, 'no reference': 1 });
  });
});

describe('writeBuiltSets', () => {
  it('writes files that read back, with their hashes, counts, settings and reasons', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'rlsf-built-'));
    const pairs = buildPairs(mixed);
    const kto = buildUnpaired(mixed);
    const sets = { 'pairs.jsonl': pairs, 'kto.jsonl': kto, 'nbest.jsonl': buildNBest(mixed) };
    writeBuiltSets(folder, sets);
    const manifest = writeBuiltSets(path.join(folder, 'again'), sets, {
      inputs: [path.join(folder, 'pairs.jsonl')],
      settings: { policy: 'tiny' },
    });
    expect(JSON.parse(readFileSync(path.join(folder, 'again/manifest.json'), 'utf8'))).toEqual(
      manifest,
    );
    const bytes = readFileSync(path.join(folder, 'again/pairs.jsonl'));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(manifest.files['pairs.jsonl']).toMatchObject({
      rows: 3,
      bytes: bytes.length,
      sha256,
      dropped: { 'same text': 1, unscorable: 1 },
      settings: { kind: 'pairs', rank_by: 'outcome', max_pairs_per_problem: 4 },
    });
    expect(manifest.inputs).toEqual({ 'pairs.jsonl': sha256 });
    const read = await readDataset(path.join(folder, 'again/pairs.jsonl'));
    expect(read).toMatchObject({ type: 'preference', conversational: false, rows: pairs.rows });
    const parquet = writeParquet(path.join(folder, 'kto.parquet'), kto.rows);
    expect((await readDataset(parquet.file, { format: 'unpaired_preference' })).rows).toEqual(
      kto.rows,
    );
    rmSync(folder, { recursive: true });
  });
});
