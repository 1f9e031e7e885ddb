/** Small records for the figures. */
import { createRandom } from '../../src/algorithms/random.js';
import type { Comparison } from '../../src/evaluation/records.js';
import type { AccuracyRollout, MetricsRow } from '../../src/plots/index.js';
import type { Verdict } from '../../src/records.js';

export function verdict(clean: boolean): Verdict {
  return {
    outcome: clean ? 'clean' : 'runtime_error',
    diagnostics: [],
    testsPassed: clean ? 1 : 0,
    testsTotal: 1,
    tests: [],
    prediction: null,
    groundTruth: null,
    correct: clean,
    formatOk: true,
    stages: [],
    toolchain: 'g++',
    isolation: 'none',
    fromCache: false,
    retried: false,
  };
}

export function rollouts(
  cells: readonly { step: number; problemId: string; clean: boolean[] }[],
): AccuracyRollout[] {
  return cells.flatMap(({ step, problemId, clean }) =>
    clean.map((value) => ({ step, problemId, verdict: verdict(value) })),
  );
}

/** A run whose prompts, seen every sixth step, get better. */
export function exampleRun(prompts: number, steps: number): AccuracyRollout[] {
  const random = createRandom('example run');
  const cells = [];
  for (let step = 1; step <= steps; step++) {
    for (let i = step % 6; i < prompts; i += 6) {
      const chance = Math.min(0.95, (i / prompts) * 0.6 + (step / steps) * 0.5);
      const clean = Array.from({ length: 8 }, () => random.next() < chance);
      cells.push({ step, problemId: `cpp/family_${i % 12}/${i}`, clean });
    }
  }
  return rollouts(cells);
}

export function metricsRows(n: number): MetricsRow[] {
  const random = createRandom('example metrics');
  return Array.from({ length: n }, (_, i) => {
    const gain = (1 - Math.exp(-i / 15)) * 0.3 + random.normal() * 0.03;
    return {
      step: i + 1,
      reward: 0.5 + gain,
      compile_rate: 0.85 + gain / 3,
      sanitizer_clean_rate: 0.6 + gain,
      test_pass_rate: 0.5 + gain,
      fully_clean_rate: 0.4 + gain,
      kl: Math.abs(0.002 * i + random.normal() * 0.004),
    };
  });
}

export function comparison(): Comparison {
  const rate = (before: number, after: number): Comparison['compile_rate'] => ({
    value: after - before,
    low: after - before - 0.05,
    high: after - before + 0.05,
    before: { value: before, low: before - 0.07, high: before + 0.06 },
    after: { value: after, low: after - 0.05, high: after + 0.04 },
  });
  return {
    compile_rate: rate(0.82, 0.93),
    sanitizer_clean_rate: rate(0.6, 0.78),
    test_pass_rate: rate(0.5, 0.62),
    fully_clean_rate: rate(0.4, 0.58),
  };
}
