import { describe, expect, it } from 'vitest';
import type { Rollout } from '../../src/records.js';
import { rolloutsArm } from '../../src/session/rollouts-arm.js';
import { exampleRollout, exampleVerdict } from '../rollouts/example-rollout.js';

const rolloutOf = (problemId: string, changes: Partial<Rollout> = {}): Rollout =>
  exampleRollout({ problemId, columns: { family: 'sums' }, ...changes });
const evaluationOf = (rollouts: Rollout[]) => rolloutsArm('mine', rollouts).runs[0].evaluation;

describe('judged rollouts as an evaluation', () => {
  it('makes the rollouts of a problem its samples, in the order of the problems', () => {
    const { rows, numSamples, split } = evaluationOf([
      rolloutOf('a', { verdict: exampleVerdict('clean') }),
      rolloutOf('b', { verdict: exampleVerdict('compile_error') }),
      rolloutOf('a', { verdict: exampleVerdict('wrong_answer', { testsPassed: 0 }) }),
    ]);
    expect(rows.map(({ problemId }) => problemId)).toEqual(['a', 'b']);
    expect(rows[0]).toMatchObject({
      family: 'sums',
      outcomes: ['clean', 'wrong_answer'],
      compiled: [true, true],
      clean: [true, false],
    });
    expect(rows[1]).toMatchObject({ outcomes: ['compile_error'], compiled: [false] });
    expect([numSamples, split]).toEqual([2, 'rollouts']);
  });

  it('leaves out what nobody judged, and refuses where that is all', () => {
    const unjudged = rolloutOf('b');
    delete unjudged.verdict;
    expect(
      evaluationOf([rolloutOf('a', { verdict: exampleVerdict('clean') }), unjudged]).rows,
    ).toHaveLength(1);
    expect(() => rolloutsArm('mine', [unjudged])).toThrow(
      /mine: there is no judged rollout.*Judge/,
    );
    expect(() => rolloutsArm('mine', [])).toThrow(/no judged rollout/);
  });

  it('counts what our own tools failed on as unknown, not as wrong', () => {
    const [row] = evaluationOf([
      rolloutOf('a', { verdict: exampleVerdict('sandbox_error', { correct: false }) }),
    ]).rows;
    expect(row).toMatchObject({ compiled: [null], clean: [null], correct: [null] });
  });

  it('tells what was cut at its length, and how long each was', () => {
    const [row] = evaluationOf([
      rolloutOf('a', {
        verdict: exampleVerdict('clean'),
        finishReason: 'length',
        completionIds: [1, 2, 3],
      }),
      rolloutOf('a', {
        verdict: exampleVerdict('clean'),
        finishReason: 'stop',
        completionIds: [1],
      }),
    ]).rows;
    expect(row).toMatchObject({ truncated: [true, false], completionTokens: [3, 1] });
  });

  it('takes the task for the family where a problem has none', () => {
    const [row] = evaluationOf([
      rolloutOf('a', { columns: {}, task: 'math', verdict: exampleVerdict('clean') }),
    ]).rows;
    expect(row.family).toBe('math');
  });
});
