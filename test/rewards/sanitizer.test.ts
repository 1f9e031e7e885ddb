import { describe, expect, it } from 'vitest';
import type { Diagnostic, DiagnosticSpan, Outcome } from '../../src/records.js';
import { curriculumScores, sanitizerCurriculum, scoreRollouts } from '../../src/rewards/index.js';
import { exampleRollout, exampleVerdict } from '../rollouts/example-rollout.js';

function finding(
  kind: string,
  span: DiagnosticSpan,
  changes: Partial<Diagnostic> = {},
): Diagnostic {
  return {
    tool: 'asan',
    severity: 'error',
    kind,
    message: kind,
    option: null,
    position: null,
    span,
    frames: [],
    ...changes,
  };
}

async function scoreOf(outcome: Outcome, diagnostics: Diagnostic[] = [], options = {}) {
  const rollout = exampleRollout({ verdict: exampleVerdict(outcome, { diagnostics }) });
  const [scored] = await scoreRollouts([rollout], [sanitizerCurriculum(options)]);
  return { ...scored.rewards![0], reward: scored.reward };
}

describe('sanitizerCurriculum', () => {
  it('scores each outcome by the default tiers', async () => {
    const tiers: [Outcome, number][] = [
      ['clean', 1],
      ['warning', 0.5],
      ['wrong_answer', 0.3],
      ['runtime_error', 0.2],
      ['timeout', 0.2],
      ['memory_limit', 0.2],
      ['output_limit', 0.2],
      ['compile_error', 0],
      ['no_answer', 0],
    ];
    expect(tiers).toHaveLength(Object.keys(curriculumScores).length);
    for (const [outcome, score] of tiers) expect((await scoreOf(outcome)).score).toBe(score);
  });

  it('takes other scores for some outcomes and keeps the rest', async () => {
    const scores = { warning: 0.9 };
    expect((await scoreOf('warning', [], { scores })).score).toBe(0.9);
    expect((await scoreOf('clean', [], { scores })).score).toBe(1);
  });

  it('never scores our own failure, even when asked to', async () => {
    const located = finding('x', { start: 0, end: 1, precision: 'line' });
    expect(await scoreOf('sandbox_error', [located])).toMatchObject({
      score: null,
      reward: null,
      spans: [],
    });
    expect(() => sanitizerCurriculum({ scores: { sandbox_error: 0 } })).toThrow(/unscorable/);
  });

  it('gives one span of -1 to each located error or warning, and none to notes and lost places', async () => {
    const result = await scoreOf('runtime_error', [
      finding('heap-buffer-overflow', { start: 2, end: 3, precision: 'line' }),
      finding('heap-buffer-overflow', { start: 2, end: 3, precision: 'line' }),
      finding(
        '-Wunused-variable',
        { start: 0, end: 2, precision: 'span' },
        { severity: 'warning' },
      ),
      finding('note', { start: 0, end: 1, precision: 'span' }, { severity: 'note' }),
      finding('leak', { precision: 'none', reason: 'harness line' }),
    ]);
    expect(result.spans).toEqual([
      { start: 2, end: 3, value: -1, label: 'heap-buffer-overflow' },
      { start: 0, end: 2, value: -1, label: '-Wunused-variable' },
    ]);
    expect(result.log).toEqual({ outcome: 'runtime_error', findings: 4, located: 3 });
  });

  it('says which rollout was not judged', async () => {
    await expect(scoreRollouts([exampleRollout()], [sanitizerCurriculum()])).rejects.toThrow(
      /run\/1\/0\/0 without a verdict/,
    );
  });
});
