import type { Outcome, Rollout, Verdict } from '../../src/records.js';

/** A verdict with nothing in it but its outcome. */
export function exampleVerdict(outcome: Outcome, changes: Partial<Verdict> = {}): Verdict {
  return {
    outcome,
    diagnostics: [],
    testsPassed: outcome === 'clean' || outcome === 'warning' ? 4 : 0,
    testsTotal: outcome === 'compile_error' ? 0 : 4,
    tests: [],
    prediction: null,
    groundTruth: null,
    correct: outcome === 'clean',
    formatOk: true,
    stages: [],
    toolchain: 'g++ 12.2.0',
    isolation: 'bubblewrap',
    fromCache: false,
    retried: false,
    ...changes,
  };
}

/** A rollout of three tokens, `ab`, `c` and the end token, that nobody has judged. */
export function exampleRollout(changes: Partial<Rollout> = {}): Rollout {
  const { step = 1, group = 0, sample = 0 } = changes;
  return {
    version: 1,
    id: `run/${step}/${group}/${sample}`,
    run: 'run',
    step,
    problemId: `problem-${group}`,
    task: 'cpp',
    group,
    sample,
    promptHash: '0123456789abcdef',
    prompt: 'Write é.\n',
    completion: 'abc',
    promptIds: [1, 2],
    completionIds: [5, 6, 0],
    logprobs: [-0.5, -1.25, -0.1],
    completionMask: [1, 1, 1],
    byteOffsets: [0, 2, 3, 3],
    finishReason: 'stop',
    sampling: { temperature: 1, topK: 0, topP: 1, minP: 0, maxNewTokens: 8, stop: [], seed: 0 },
    modelRevision: 'abc',
    columns: {},
    ...changes,
  };
}
