import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { passAtK } from '../../src/algorithms/index.js';
import {
  evaluationMetrics,
  examplesFile,
  findingKindsOf,
  findingRates,
  readEvaluations,
  rowsFile,
  summarise,
  usualKs,
  writeEvaluations,
  type Evaluation,
  type EvaluationRow,
} from '../../src/evaluation/index.js';
import type { Diagnostic, DiagnosticTool } from '../../src/records.js';
import { row, verdictOf } from './examples.js';

const folder = mkdtempSync(path.join(tmpdir(), 'rlsf-evaluation-'));
afterAll(() => rmSync(folder, { recursive: true }));

function diagnostic(tool: DiagnosticTool, kind: string): Diagnostic {
  return {
    ...{ tool, kind, severity: 'error', message: '', option: null, position: null, frames: [] },
    span: { precision: 'none', reason: 'none' },
  };
}

const rows: EvaluationRow[] = [
  {
    ...row('a', 'x', ['clean', 'warning', 'runtime_error', 'compile_error']),
    correct: [true, true, false, false],
    findingKinds: [[], [], ['heap-buffer-overflow', 'null-pointer'], []],
  },
  {
    ...row('b', 'x', ['runtime_error', 'sandbox_error', 'clean', 'wrong_answer']),
    correct: [false, null, true, false],
    findingKinds: [['null-pointer'], null, [], []],
  },
];

function evaluation(): Evaluation {
  return {
    ...{ split: 'test', numSamples: 4, seed: 7, modelRevision: 'r' },
    ...summarise(rows, 4),
    ...{ rows, durationMs: 2000 },
  };
}

describe('summarise', () => {
  it('tells pass@k of correct and of fully clean samples, over problems with k of them', () => {
    const { correctAtK, passAtK: cleanAtK, accuracy } = summarise(rows, 4, { k: [1, 2, 4] });
    expect(correctAtK?.['pass@2'].value).toBeCloseTo((passAtK(4, 2, 2) + passAtK(3, 1, 2)) / 2, 12);
    expect(cleanAtK['pass@2'].value).toBeCloseTo((passAtK(4, 1, 2) + passAtK(3, 1, 2)) / 2, 12);
    // Of b only three samples could be judged.
    expect(correctAtK?.['pass@4'].value).toBe(1);
    expect(accuracy?.value).toBeCloseTo((2 / 4 + 1 / 3) / 2, 12);
  });

  it('takes k = 1, 2, 4, … and n where none are asked for', () => {
    expect(usualKs(1)).toEqual([1]);
    expect(usualKs(8)).toEqual([1, 2, 4, 8]);
    expect(Object.keys(summarise(rows, 10).passAtK)).toEqual(['pass@1', 'pass@2', 'pass@4', 'pass@8', 'pass@10']); // prettier-ignore
  });

  it('leaves out what older rows do not hold', () => {
    const { correctAtK, accuracy, findingKinds } = summarise([row('a', 'x', ['clean'])], 1);
    expect([correctAtK, accuracy, findingKinds]).toEqual([undefined, undefined, undefined]);
  });
});

describe('findings by kind', () => {
  it('counts a kind once a sample, and sanitizers alone', () => {
    const verdict = {
      ...verdictOf('runtime_error', 0, 2),
      diagnostics: [
        diagnostic('ubsan', 'null-pointer'),
        diagnostic('ubsan', 'null-pointer'),
        diagnostic('asan', 'heap-buffer-overflow'),
        diagnostic('g++', '-Wall'),
      ],
    };
    expect(findingKindsOf(verdict)).toEqual(['heap-buffer-overflow', 'null-pointer']);
    expect(findingKindsOf({ ...verdict, outcome: 'sandbox_error' })).toBeNull();
  });

  it('is the mean over problems of the share of samples, the most frequent first', () => {
    const rates = findingRates(rows);
    expect(Object.keys(rates)).toEqual(['null-pointer', 'heap-buffer-overflow']);
    expect(rates['null-pointer'].value).toBeCloseTo((1 / 4 + 1 / 3) / 2, 12);
    expect(rates['heap-buffer-overflow'].value).toBeCloseTo(1 / 8, 12);
    expect(rates['null-pointer'].high).toBeGreaterThanOrEqual(rates['null-pointer'].value);
  });
});

describe('evaluationMetrics', () => {
  it('names the figures as trackers show them, and leaves out what is no number', () => {
    const metrics = evaluationMetrics({ ...evaluation(), meanCompletionTokens: NaN });
    expect(metrics).toMatchObject({ eval_runtime: 2, 'eval_clean_pass@4': 1 });
    expect(metrics['eval_accuracy']).toBeCloseTo(5 / 12, 12);
    expect(metrics['eval_finding/null-pointer']).toBeCloseTo(7 / 24, 12);
    expect(metrics).not.toHaveProperty('eval_avg_new_tokens');
    expect(Object.keys(evaluationMetrics(evaluation(), 'eval_test_'))).toContain(
      'eval_test_pass@1',
    );
  });
});

describe('evaluation files', () => {
  it('gives back what was written, NaN and settings among it', async () => {
    const file = path.join(folder, 'evaluations_after.json');
    const settings: Evaluation['settings'] = {
      ...{ task: 't', split: 'test', promptFormat: null, promptTemplate: null, sampling: null },
      ...{ seed: 7, policy: null, adapters: [], modelRevision: 'r', completions: null },
      ...{ toolchain: 'g++', isolation: 'none' },
    };
    const own = { ...evaluation(), settings, meanCompletionTokens: NaN };
    writeEvaluations(file, { test: own }, []);
    expect(await readEvaluations(file)).toEqual({ test: own });
    expect(path.basename(examplesFile(file))).toBe('examples_after.jsonl');
    expect(examplesFile('x/evaluation.json')).toBe(path.join('x', 'examples.jsonl'));
    expect(readFileSync(rowsFile(file), 'utf8').trim().split('\n')).toHaveLength(2);
  });

  it('says which file of it is not there', async () => {
    await expect(readEvaluations(path.join(folder, 'none.json'))).rejects.toThrow(
      /none\.json: expected a file of an evaluation.*ENOENT/,
    );
  });
});
