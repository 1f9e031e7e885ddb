import { describe, expect, it } from 'vitest';
import type { Evaluation, EvaluationRow } from '../../../src/evaluation/index.js';
import { summarise } from '../../../src/evaluation/index.js';
import { configFromObject } from '../../../src/experiments/config/index.js';
import { studyArms } from '../../../src/experiments/study/arms.js';
import { curvePoints } from '../../../src/experiments/study/curve-points.js';
import { makeStudyReport } from '../../../src/experiments/study/report.js';
import type { SeedResult, StudyResults } from '../../../src/experiments/study/results.js';
import { summariseStudy } from '../../../src/experiments/study/summary.js';

/** An evaluation in which the problems are clean (1), compile only (0), or unscorable (null). */
function evaluation(clean: (number | null)[]): Evaluation {
  const rows = clean.map((value, index): EvaluationRow => {
    const fact = value === null ? null : value === 1;
    return {
      problemId: `p${index}`,
      family: 'f',
      outcomes: [value === null ? 'sandbox_error' : fact ? 'clean' : 'wrong_answer'],
      compiled: [value === null ? null : true],
      sanitizerClean: [value === null ? null : true],
      testsPassed: [fact],
      clean: [fact],
      testFraction: [value],
      completions: ['x'],
      completionTokens: [1],
      truncated: [false],
    };
  });
  return {
    split: 'held_out',
    numSamples: 1,
    seed: 7,
    modelRevision: 'r',
    rows,
    ...summarise(rows, 1, { resamples: 1 }),
    durationMs: 0,
  };
}

const arms = studyArms(
  configFromObject({
    task: { name: 'cpp', train_problems: 8 },
    dataset: { candidates: { num_candidates: 4 } },
    study: { arms: { a: { method: 'dpo' }, b: { method: 'kto' }, c: { method: 'sft' } } },
  }),
);

const run = (seed: number, clean: (number | null)[], samples = 32): SeedResult => ({
  seed,
  after: { held_out: evaluation(clean) },
  metrics: [
    { step: 2, loss: 1, eval_fully_clean_rate: 0.2 + seed / 10 },
    { step: 3, loss: 1 },
    { step: 4, loss: 1, eval_fully_clean_rate: 0.3 + seed / 10 },
  ],
  samples,
  seconds: 60 * seed,
});

const results: StudyResults = {
  name: 'tiny',
  base: {
    before: { held_out: evaluation([0, 0, 1, 0]) },
    metrics: [{ step: 0, eval_fully_clean_rate: 0.25 }],
    seconds: 60,
  },
  arms: [
    { arm: arms[0], runs: [run(1, [1, 0, 1, 0]), run(2, [1, 1, 1, null])] },
    { arm: arms[1], runs: [run(1, [1, 0, 1, 0]), run(2, [1, 0, 1, 1]), run(3, [0, 0, 0, 0])] },
    { arm: arms[2], runs: [] },
  ],
  candidateSeconds: 120,
  missing: ['1/c', '2/c', '3/c'],
  machines: ['2 × CPU'],
  backends: ['native, 2 threads'],
  versions: ['0 at r'],
};

describe('summariseStudy', () => {
  const summary = summariseStudy(
    results,
    [
      ['a', 'b'],
      ['a', 'c'],
    ],
    { resamples: 500 },
  );

  it('has the means, differences and pairs that one gets by hand', () => {
    const [a, b] = summary.arms;
    expect(summary.arms.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(summary.base.held_out.fully_clean_rate?.value).toBe(0.25);
    // a: (1 + 0 + 1 + 0 + 1 + 1 + 1) / 7 known cells; seeds 2/4 and 3/3.
    expect(a.rates.held_out.fully_clean_rate?.value).toBeCloseTo(5 / 7, 12);
    expect(a.rates.held_out.fully_clean_rate?.bySeed).toEqual([0.5, 1]);
    // From the base: 1 0 0 0 and 1 1 0 –.
    expect(a.differences.held_out.fully_clean_rate?.value).toBeCloseTo(3 / 7, 12);
    expect(a.differences.held_out.fully_clean_rate?.bySeed).toEqual([0.25, 2 / 3]);
    expect(b.differences.held_out.fully_clean_rate?.value).toBeCloseTo((1 + 2 - 1) / 12, 12);
    // Seeds 1 and 2 of both: 0 0 0 0 and 0 1 0 –.
    expect(summary.pairs).toHaveLength(1);
    expect(summary.pairs[0]).toMatchObject({ pair: ['a', 'b'], seeds: [1, 2] });
    expect(summary.pairs[0].differences.held_out.fully_clean_rate?.value).toBeCloseTo(1 / 7, 12);
    expect(a).toMatchObject({ samples: [32, 32], minutes: 1.5, seeds: [1, 2] });
    expect(summary.minutes).toEqual({ base: 1, candidates: 2, arms: 9, all: 12 });
  });

  it('has intervals that hold the mean, and the same ones each time', () => {
    const interval = summary.arms[0].differences.held_out.fully_clean_rate;
    expect(interval?.low).toBeLessThan(3 / 7);
    expect(interval?.high).toBeGreaterThan(3 / 7);
    expect(
      summariseStudy(
        results,
        [
          ['a', 'b'],
          ['a', 'c'],
        ],
        { resamples: 500 },
      ),
    ).toEqual(summary);
  });

  it('has curves that begin at the untrained policy, with Student’s interval over seeds', () => {
    const [, b] = summary.curves;
    expect(b.points.map(({ share, seeds }) => [share, seeds])).toEqual([
      [0, 3],
      [0.5, 3],
      [1, 3],
    ]);
    expect(b.points[0]).toMatchObject({ value: 0.25, low: 0.25, high: 0.25 });
    // 0.3, 0.4, 0.5: mean 0.4, deviation 0.1.
    expect(b.points[1].value).toBeCloseTo(0.4, 12);
    expect(b.points[1].high - 0.4).toBeCloseTo((4.302653 * 0.1) / Math.sqrt(3), 6);
    expect(
      curvePoints([], [[{ step: 1, loss: 2 }]], { metric: 'eval_x', confidence: 0.95 }),
    ).toEqual([]);
  });
});

describe('makeStudyReport', () => {
  const report = (change: Partial<StudyResults> = {}): string =>
    makeStudyReport({
      summary: summariseStudy({ ...results, ...change }, [['a', 'b']], { resamples: 500 }),
      facts: [['machine', '2 × CPU']],
      settings: [{ arm: 'a', text: 'trained by dpo' }],
      plots: [],
    });

  it('says where there is no difference, and what is not finished', () => {
    const text = report();
    expect(text).toContain('**No difference beyond chance** between a and b: +14.3 [');
    expect(text).toContain('Not finished, and so not in this report: 1/c, 2/c, 3/c.');
    expect(text).toContain('| a | 2 | 71.4 % [');
    expect(text).toContain('Owen');
  });

  it('says better and worse only where the interval leaves out 0', () => {
    const text = report({
      arms: [
        { arm: arms[0], runs: [run(1, [1, 1, 1, 1]), run(2, [1, 1, 1, 1])] },
        { arm: arms[1], runs: [run(1, [0, 0, 0, 0]), run(2, [0, 0, 0, 0])] },
      ],
    });
    expect(text).toContain('**a is better** than b: +100.0 [+100.0, +100.0].');
    expect(text).toContain('**No difference beyond chance** between b and the untrained policy');
  });

  it('marks arms without samples, and says what one seed cannot tell', () => {
    const text = report({ arms: [{ arm: arms[2], runs: [run(1, [1, 0, 1, 0], 0)] }] });
    expect(text).toContain('none (references)');
    expect(text).toContain('There is one seed');
  });
});
