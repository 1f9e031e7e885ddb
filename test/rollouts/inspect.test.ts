import { describe, expect, it } from 'vitest';
import type { Diagnostic, StackFrame } from '../../src/records.js';
import { inspectRollout, type InspectionInput } from '../../src/rollouts/index.js';
import { exampleVerdict } from './example-rollout.js';
import { completion, finding, sampled } from './inspection-examples.js';

const frame = (name: string, file: string | null, line = 0): StackFrame => ({
  function: name,
  position: file === null ? null : { file, line, column: null },
});

describe('the facts of an inspection', () => {
  it('are those of the rollout, and survive JSON', () => {
    const verdict = exampleVerdict('runtime_error', { diagnostics: [finding()], retried: true });
    const rewards = [{ name: 'r', weight: 2, score: 0.2, spans: [], log: { outcome: 'x' } }];
    const advantages = { scheme: 'scalar', sequence: -1, tokens: [-1, -1, -1, -1, -1] };
    const inspection = inspectRollout(sampled({ verdict, rewards, reward: 0.4, advantages }));
    expect(inspection).toMatchObject({
      title: 'run/1/0/0',
      step: 1,
      outcome: 'runtime_error',
      testsTotal: 4,
      retried: true,
      reward: 0.4,
      isUnscorable: false,
      rewards: [{ name: 'r', weight: 2, score: 0.2, log: { outcome: 'x' } }],
      advantage: { scheme: 'scalar', sequence: -1 },
      answer: null,
    });
    expect(JSON.parse(JSON.stringify(inspection))).toEqual(inspection);
  });

  it('are null where a judged file has none', () => {
    const verdict = exampleVerdict('clean');
    const inspection = inspectRollout({ completion, verdict }, { title: 'answer.cpp' });
    expect(inspection).toMatchObject({
      title: 'answer.cpp',
      id: null,
      sample: null,
      reward: null,
      isUnscorable: false,
      advantage: null,
      tokens: [],
      heat: null,
      outcome: 'clean',
    });
  });

  it('tell an unscorable rollout from one that nobody scored', () => {
    expect(inspectRollout(sampled({ reward: null })).isUnscorable).toBe(true);
    expect(inspectRollout(sampled()).isUnscorable).toBe(false);
  });

  it('keep the answer of a task that has one', () => {
    const verdict = exampleVerdict('wrong_answer', { prediction: '4', groundTruth: '5' });
    expect(inspectRollout({ completion: '4', verdict }).answer).toEqual({
      prediction: '4',
      groundTruth: '5',
      correct: false,
      formatOk: true,
    });
  });

  it('read a record from before single tests were recorded', () => {
    const { tests: _, ...old } = exampleVerdict('wrong_answer');
    const verdict = old as InspectionInput['verdict'];
    expect(inspectRollout({ completion, verdict }).tests).toEqual([]);
  });

  it('bound the output of a stage, never inside a character', () => {
    const stage = { command: ['g++'], exitCode: 1, signal: null, durationMs: 5, truncated: false };
    const stages = [{ ...stage, stage: 'run' as const, stdout: 'ab😀c', stderr: 'ok' }];
    const verdict = exampleVerdict('runtime_error', { stages });
    const [cut] = inspectRollout({ completion, verdict }, { maxOutput: 3 }).stages;
    expect(cut).toMatchObject({ stdout: 'ab', stderr: 'ok', truncated: true });
    expect(inspectRollout({ completion, verdict }).stages[0].truncated).toBe(false);
  });
});

describe('the lines of an inspection', () => {
  const lines = (text: string): unknown =>
    inspectRollout({ completion: text }).lines.map(({ number, start, end, text: own }) => [
      number,
      start,
      end,
      own,
    ]);

  it('count bytes, and a last line feed opens no further line', () => {
    expect(lines('é\n\nb\n')).toEqual([
      [1, 0, 2, 'é'],
      [2, 3, 3, ''],
      [3, 4, 5, 'b'],
    ]);
    expect(lines('a')).toEqual([[1, 0, 1, 'a']]);
    expect(lines('')).toEqual([[1, 0, 0, '']]);
    expect(lines('\n')).toEqual([[1, 0, 0, '']]);
  });
});

describe('the findings of an inspection', () => {
  const inspected = (...diagnostics: Diagnostic[]) =>
    inspectRollout({ completion, verdict: exampleVerdict('runtime_error', { diagnostics }) })
      .findings;

  it('lie at lines and byte columns of the completion', () => {
    expect(inspected(finding())[0].place).toEqual({
      start: 7,
      end: 17,
      precision: 'line',
      line: 2,
      column: 1,
      endLine: 2,
      endColumn: 11,
    });
  });

  it('behind the last line feed are held at the end of the last line', () => {
    const [end] = inspected(finding({ span: { start: 20, end: 20, precision: 'span' } }));
    expect(end.place).toMatchObject({ start: 20, line: 3, column: 2 });
  });

  it('without a place say why', () => {
    const [leak] = inspected(finding({ span: { precision: 'none', reason: 'harness line' } }));
    expect(leak).toMatchObject({ place: null, reason: 'harness line', tokens: [] });
  });

  it('keep the stacks apart and know the frames of the program and their lines', () => {
    const [use] = inspected(
      finding({
        frames: [
          frame('memcpy', null),
          frame('f(int*)', 'program.cpp', 5),
          frame('rlsf_case_0()', 'cases.cpp', 2),
          frame('— freed by thread T0 here —', null),
          frame('f(int*)', 'program.cpp', 4),
          frame('Node::~Node()', 'program.cpp', 2),
        ],
      }),
    );
    expect(use.stacks.map(({ title }) => title)).toEqual([null, 'freed by thread T0 here']);
    expect(use.stacks[0].frames.map(({ isUser, line }) => [isUser, line])).toEqual([
      [false, null],
      [true, 2],
      [false, null],
    ]);
    // Line 2 of the judged file is the prompt's, not the completion's.
    expect(use.stacks[1].frames.map(({ isUser, line }) => [isUser, line])).toEqual([
      [true, 1],
      [true, null],
    ]);
  });

  it('bound a long stack, the frames of the program first', () => {
    const frames = Array.from({ length: 30 }, (_, at) =>
      at === 25 ? frame('f()', 'program.cpp', 5) : frame(`lib${at}`, null),
    );
    const verdict = exampleVerdict('runtime_error', { diagnostics: [finding({ frames })] });
    const [{ stacks }] = inspectRollout({ completion, verdict }, { maxFrames: 3 }).findings;
    expect(stacks[0].frames.map(({ index }) => index)).toEqual([0, 1, 25]);
    expect(stacks[0].omitted).toBe(27);
  });
});
