import type { TourEvent } from '../../src/experiments/run/events.js';
import type { Diagnostic, Rollout } from '../../src/records.js';
import type { Evaluation, Interval, Rates } from '../../src/evaluation/records.js';
import type { ReachedToken } from '../../src/rollouts/index.js';

/** A hand-made run, in the records' own form, small enough to check by eye. */
export const overflowSource = `{
  int s = 0;
  for (int i = 0; i <= n; i++) s += v[i];
  return s;
}
`;

export const overflow: Diagnostic = {
  tool: 'asan',
  severity: 'error',
  kind: 'heap-buffer-overflow',
  message: 'READ of size 4, 0 bytes after a region of 12 bytes',
  option: null,
  position: { file: 'answer.cpp', line: 3, column: null },
  span: { start: 44, end: 53, precision: 'line' },
  frames: [],
};

/** `s += v[i]` lies at bytes 46 to 55 of the third line. */
export function rolloutWith(
  changes: Partial<Rollout> & { diagnostics?: Diagnostic[] } = {},
): Rollout {
  const { diagnostics = [], ...rest } = changes;
  const completion = rest.completion ?? overflowSource;
  return {
    version: 1,
    id: 'tour/1/0/0',
    run: 'tour',
    step: 1,
    problemId: 'array-sum/3/1',
    task: 'cpp',
    group: 0,
    sample: 0,
    promptHash: '0123456789abcdef',
    prompt: '// Sum of the first n numbers of v.\nint sum(const int* v, int n)\n',
    completion,
    promptIds: [1, 2, 3],
    completionIds: [4, 5, 6],
    logprobs: [-0.1, -0.2, -0.3],
    completionMask: [1, 1, 1],
    byteOffsets: [0, 10, 20, Buffer.byteLength(completion)],
    finishReason: 'stop',
    sampling: { temperature: 1, topK: 0, topP: 1, minP: 0, maxNewTokens: 256, stop: [], seed: 1 },
    modelRevision: 'abc123',
    columns: { family: 'array-sum' },
    verdict: {
      outcome: diagnostics.length > 0 ? 'runtime_error' : 'clean',
      diagnostics,
      testsPassed: diagnostics.length > 0 ? 2 : 5,
      testsTotal: 5,
      tests: [],
      prediction: null,
      groundTruth: null,
      correct: diagnostics.length === 0,
      formatOk: true,
      stages: [],
      toolchain: 'g++ 12.2.0',
      isolation: 'bubblewrap',
      fromCache: false,
      retried: false,
    },
    rewards: [],
    reward: diagnostics.length > 0 ? 0.2 : 1,
    advantages: {
      scheme: 'span_penalty',
      sequence: diagnostics.length > 0 ? -0.71 : 0.71,
      tokens: [0, 0, 0],
    },
    ...rest,
  };
}

export const reachedByOverflow: ReachedToken[] = [
  { token: 20, start: 46, end: 47, kind: 'heap-buffer-overflow', severity: 'error' },
  { token: 21, start: 47, end: 50, kind: 'heap-buffer-overflow', severity: 'error' },
  { token: 22, start: 50, end: 55, kind: 'heap-buffer-overflow', severity: 'error' },
];

const around = (value: number): Interval => ({ value, low: value - 0.05, high: value + 0.05 });

export function evaluationWith(clean: number): Evaluation {
  const rates: Rates = {
    compile_rate: around(0.82),
    sanitizer_clean_rate: around(0.6),
    test_pass_rate: around(0.5),
    fully_clean_rate: around(clean),
  };
  return {
    split: 'held_out',
    numSamples: 1,
    seed: 7,
    modelRevision: 'abc123',
    rows: [],
    rates,
    outcomes: { clean: 80, compile_error: 36, runtime_error: 44, wrong_answer: 40 },
    passAtK: { 'pass@1': around(clean) },
    meanCompletionTokens: 60,
    truncatedShare: 0,
    durationMs: 5000,
  };
}

export function tourEvents(): TourEvent[] {
  const before = around(0.4);
  const after = around(0.55);
  const change = { before, after, value: 0.15, low: 0.08, high: 0.22 };
  const same = { before, after: before, value: 0, low: -0.03, high: 0.03 };
  return [
    {
      type: 'header',
      kind: 'tour',
      run: 'tour',
      folder: 'runs/tour',
      seed: 42,
      task: 'cpp',
      device: '2 × processor, 8 GiB',
      backend: { name: 'native', reason: 'the fastest that works here', threads: 2 },
      isolation: 'bubblewrap',
      toolchain: 'g++ 12.2.0',
      model: {
        folder: 'data/policies/cpp-tiny',
        revision: 'abc123',
        parameters: 1234567,
        trainableParameters: 98304,
        trained: 'LoRA r=16 on q_proj, v_proj',
      },
      resumedAfterStep: null,
      maxSteps: 3,
    },
    {
      type: 'stage',
      stage: 'evaluate_before',
      title: 'Evaluating 200 held-out problems',
      index: 1,
      stages: 4,
    },
    {
      type: 'progress',
      stage: 'evaluate_before',
      label: 'completions sampled',
      done: 50,
      total: 200,
      elapsedMs: 6000,
      etaMs: 18000,
    },
    {
      type: 'evaluation',
      when: 'before',
      split: 'held_out',
      evaluation: evaluationWith(0.4),
      stored: false,
    },
    { type: 'stage', stage: 'group', title: 'One group of rollouts', index: 2, stages: 4 },
    {
      type: 'group',
      problemId: 'array-sum/3/1',
      family: 'array-sum',
      prompt: '// Sum of the first n numbers of v.\nint sum(const int* v, int n)\n',
      members: [
        { rollout: rolloutWith({ diagnostics: [overflow] }), findings: reachedByOverflow },
        { rollout: rolloutWith({ sample: 1 }), findings: [] },
      ],
    },
    { type: 'stage', stage: 'train', title: 'Training for 3 steps', index: 3, stages: 4 },
    ...[1, 2, 3].map((step): TourEvent => ({
      type: 'step',
      step,
      maxSteps: 3,
      metrics: { reward: 0.4 + step / 10, kl: step / 1000, fully_clean_rate: 0.3 + step / 10 },
      elapsedMs: step * 2000,
      etaMs: (3 - step) * 2000,
      shares: { sample: 0.5, judge: 0.3, update: 0.2 },
    })),
    {
      type: 'warning',
      message:
        'Isolation fell back to the restricted tier: user namespaces are not to be had here.',
    },
    {
      type: 'finished',
      run: 'tour',
      table: [
        {
          split: 'held_out',
          problems: 200,
          comparison: {
            compile_rate: same,
            sanitizer_clean_rate: change,
            test_pass_rate: same,
            fully_clean_rate: change,
          },
        },
      ],
      paths: {
        folder: 'runs/tour',
        report: 'runs/tour/report.md',
        plots: ['runs/tour/plots/prompt-accuracy.html'],
      },
      elapsedMs: 130000,
    },
  ];
}
