import { describe, expect, it } from 'vitest';
import type { Execution } from '../../src/sandbox/execution.js';
import type { ProgramRun } from '../../src/sandbox/program-run.js';
import { resultOf } from '../../src/sandbox/test-results.js';
import { runnerFinding } from '../../src/sandbox/verdict.js';

const mustEndWell = { stdin: '', expected: null };

function run(execution: Partial<Execution>, findings: ProgramRun['reading']['findings'] = []) {
  const results = { values: new Map(), ended: new Set<number>(), failed: new Map() };
  return {
    cases: [0],
    command: [],
    execution: {
      ended: 'exit',
      code: 0,
      cause: 'none',
      cpuMs: 1,
      wallMs: 1,
      rssKiB: 1,
      stdout: '',
      stderr: 'words of the program',
      results: { ...results, reached: -1, finished: false },
      stops: '',
      flooded: false,
      ...execution,
    },
    reading: {
      findings,
      trouble: null,
      stoppedAt: null,
      memoryLimit: null,
      exitIsTools: false,
      stderr: 'words of the program',
    },
  } satisfies ProgramRun;
}

describe('a case that only has to end well', () => {
  it.each([
    [run({ code: 3 }), 'ended with exit code 3'],
    [run({ ended: 'signal', code: 11 }), 'ended by signal 11'],
    [run({}), 'it left before its end'],
    [run({ ended: 'signal', code: 9, cause: 'cpu' }), 'the CPU time was used up'],
    [run({ ended: 'signal', code: 9, cause: 'wall' }), 'the wall time was used up'],
    [run({ ended: 'signal', code: 9, cause: 'memory' }), 'the memory reached its limit'],
    [run({ flooded: true }), 'the output reached its limit'],
    [run({ code: 66 }, [runnerFinding('uncaught-exception', 'uncaught int')]), 'uncaught int'],
    [
      run({ code: 1 }, [runnerFinding('failed-test', 'failed: assert f(2) == 4;')]),
      'assert f(2) == 4;',
    ],
    [
      run({ code: 66 }, [runnerFinding('failed-test', "Assertion `f(2) == 4' failed.")]),
      'f(2) == 4',
    ],
  ])('and did not, says how it ended and not what it wrote (%#)', (made, actual) => {
    expect(resultOf(mustEndWell, 0, made, made.reading.findings.length === 0)).toEqual({
      passed: false,
      expected: null,
      actual,
    });
  });

  it('and did, has nothing to say', () => {
    const good = run({});
    good.execution.results.finished = true;
    expect(resultOf(mustEndWell, 0, good, true)).toEqual({
      passed: true,
      expected: null,
      actual: null,
    });
  });
});
