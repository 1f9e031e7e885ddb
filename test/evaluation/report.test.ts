import { describe, expect, it } from 'vitest';
import type { Evaluation, EvaluationRow } from '../../src/evaluation/records.js';
import { analyseCompletions } from '../../src/evaluation/analysis/index.js';
import { compareEvaluations } from '../../src/evaluation/rates.js';
import { formatDifference, formatInterval, makeReport } from '../../src/evaluation/report.js';
import { summarise } from '../../src/evaluation/summary.js';
import { row } from './examples.js';

function evaluation(rows: EvaluationRow[], split: string): Evaluation {
  return {
    split,
    numSamples: 1,
    seed: 7,
    modelRevision: 'abc',
    durationMs: 5,
    rows,
    ...summarise(rows, 1),
  };
}

function report(beforeBad: number, afterBad: number): string {
  const rows = (bad: number) =>
    Array.from({ length: 50 }, (_, i) =>
      row(`p${i}`, i % 2 ? 'sums' : 'lists', [i < bad ? 'runtime_error' : 'clean']),
    );
  const before = evaluation(rows(beforeBad), 'held_out');
  const after = evaluation(rows(afterBad), 'held_out');
  return makeReport({
    run: 'tour-2',
    facts: [['seed', '42']],
    splits: [
      {
        split: 'held_out',
        title: 'Held-out problems',
        before,
        after,
        comparison: compareEvaluations(before, after),
        corpusShare: { before: 0.1, after: 0.12 },
        analysis: {
          before: analyseCompletions(before.rows),
          after: analyseCompletions(after.rows),
        },
      },
    ],
    training: { steps: 30, first: { reward: 0.4, kl: 0 }, last: { reward: 0.6, kl: 0.01 } },
    plots: [{ title: 'Curves', png: 'plots/curves.png', html: 'plots/curves.html' }],
    files: [['rollouts.jsonl', 'every rollout']],
  });
}

describe('makeReport', () => {
  it('says better, worse or no change by where the interval lies', () => {
    expect(report(30, 10)).toContain('**The policy got better**');
    expect(report(10, 30)).toContain('**The policy got worse**');
    expect(report(20, 20)).toContain('**No change beyond chance**');
  });

  it('holds table, outcome flow, families, corpus share, plots and facts', () => {
    const text = report(30, 10);
    expect(text).toMatch(/\| fully clean \| 40\.0 % \[.*\] \| 80\.0 % \[.*\] \| \+40\.0 \[\+/);
    expect(text).toContain('| runtime_error | 20 | 10 |');
    expect(text).toContain('| lists | 25 | 40.0 % | 80.0 % | +40.0 |');
    expect(text).toContain('10.0 % → 12.0 %');
    expect(text).toContain('![Curves](plots/curves.png)');
    expect(text).toContain('| reward | 0.400 | 0.600 |');
    expect(text).toContain('| seed | 42 |');
    expect(text).toContain('| mean length in tokens | 5.0 | 5.0 |');
    expect(text).toMatch(
      /\| the same text for several problems \| 100\.0 % \| 100\.0 % \| p0: `return 0;` \|/,
    );
    expect(text).toContain(
      '| longer and less often right |  | no | length +0.0 %, right +40.0 points |',
    );
  });
});

describe('formatting', () => {
  it('writes shares in percent and changes with their sign', () => {
    expect(formatInterval({ value: 0.58, low: 0.5, high: 0.66 })).toBe('58.0 % [50.0, 66.0]');
    expect(formatDifference({ value: -0.02, low: -0.1, high: 0.06 })).toBe('−2.0 [−10.0, +6.0]');
  });
});
