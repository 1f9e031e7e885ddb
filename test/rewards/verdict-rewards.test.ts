import { describe, expect, it } from 'vitest';
import type { Diagnostic, Outcome, Rollout, Verdict } from '../../src/records.js';
import {
  allTests,
  compileOnly,
  testsPassedFraction,
  type RewardFunction,
} from '../../src/rewards/index.js';
import { exampleRollout, exampleVerdict } from '../rollouts/example-rollout.js';
import { resultOf } from './text-rollout.js';

type Case = [
  outcome: Outcome,
  changes: Partial<Verdict>,
  all: number | null,
  passed: number | null,
];

const cases: Case[] = [
  ['clean', {}, 1, 1],
  ['warning', {}, 1, 1],
  ['wrong_answer', { testsPassed: 3 }, 0, 0.75],
  ['runtime_error', { testsPassed: 4 }, 0, 1],
  ['timeout', { testsPassed: 1 }, 0, 0.25],
  ['memory_limit', {}, 0, 0],
  ['output_limit', {}, 0, 0],
  ['compile_error', {}, 0, 0],
  ['compile_error', { testsTotal: 4 }, 0, 0],
  ['no_answer', { testsTotal: 1 }, 0, 0],
  ['sandbox_error', { testsPassed: 4 }, null, null],
  ['clean', { testsPassed: 0, testsTotal: 0 }, null, null],
  ['runtime_error', { testsTotal: 0 }, 0, null],
];

describe('allTests and testsPassedFraction', () => {
  it.each(cases)('of %s %j are %s and %s', async (outcome, changes, all, passed) => {
    const rollout = exampleRollout({ verdict: exampleVerdict(outcome, changes) });
    expect((await resultOf(allTests(), rollout)).score).toBe(all);
    expect((await resultOf(testsPassedFraction(), rollout)).score).toBe(passed);
  });
});

describe('allTests', () => {
  it('takes a warning for a failure where a clean program is asked for', async () => {
    const warning = exampleRollout({ verdict: exampleVerdict('warning') });
    expect((await resultOf(allTests({ requireClean: true }), warning)).score).toBe(0);
    const clean = exampleRollout({ verdict: exampleVerdict('clean') });
    expect((await resultOf(allTests({ requireClean: true }), clean)).score).toBe(1);
  });
});

describe('spans of the rewards of a verdict', () => {
  const leak: Diagnostic = {
    ...{ tool: 'lsan', severity: 'error', kind: 'memory-leak', message: '', option: null },
    ...{ position: null, span: { start: 2, end: 3, precision: 'line' }, frames: [] },
  };
  const unused: Diagnostic = {
    ...{ ...leak, tool: 'g++', severity: 'warning', kind: '-Wunused-variable' },
    span: { start: 0, end: 2, precision: 'span' },
  };
  const onLeak = { start: 2, end: 3, value: -1, label: 'memory-leak' };
  const of = (outcome: Outcome, testsPassed: number): Rollout =>
    exampleRollout({
      verdict: exampleVerdict(outcome, { diagnostics: [unused, leak], testsPassed }),
    });

  it('are under the located errors of what does not score 1, unless they are not wanted', async () => {
    const spansOf = async (reward: RewardFunction, rollout: Rollout) =>
      (await resultOf(reward, rollout)).spans;
    const failed = of('runtime_error', 3);
    for (const make of [allTests, testsPassedFraction]) {
      expect(await spansOf(make(), failed)).toEqual([onLeak]);
      expect(await spansOf(make({ spans: false }), failed)).toEqual([]);
      expect(await spansOf(make(), of('warning', 4))).toEqual([]);
      expect(await spansOf(make(), of('sandbox_error', 0))).toEqual([]);
    }
    expect(await spansOf(compileOnly(), failed)).toEqual([]);
    expect(await spansOf(compileOnly(), of('compile_error', 0))).toEqual([onLeak]);
  });

  it('are under warnings too where a clean program is asked for', async () => {
    const { spans } = await resultOf(allTests({ requireClean: true }), of('warning', 4));
    expect(spans.map(({ label }) => label)).toEqual(['-Wunused-variable', 'memory-leak']);
  });
});

describe('compileOnly', () => {
  it.each<[Outcome, number | null]>([
    ['clean', 1],
    ['runtime_error', 1],
    ['timeout', 1],
    ['compile_error', 0],
    ['no_answer', 0],
    ['sandbox_error', null],
  ])('of %s is %s', async (outcome, score) => {
    const rollout = exampleRollout({ verdict: exampleVerdict(outcome) });
    expect((await resultOf(compileOnly(), rollout)).score).toBe(score);
  });
});
