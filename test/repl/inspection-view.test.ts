import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/records.js';
import { plainText, textWidth } from '../../src/repl/styled.js';
import { inspectionsView, inspectionView } from '../../src/repl/views/inspection-view.js';
import {
  inspectRollout,
  inspectRollouts,
  type InspectionInput,
  type InspectionOptions,
} from '../../src/rollouts/index.js';
import { overflow, rolloutWith } from './sample-events.js';

const at = (file: string, line: number) => ({ file, line, column: null });

/** Read behind the end in line 3, memory allocated in line 2; two lines stand before the completion. */
const withStacks: Diagnostic = {
  ...overflow,
  position: at('program.cpp', 5),
  span: { start: 46, end: 55, precision: 'line' },
  frames: [
    { function: 'sum(int const*, int)', position: at('program.cpp', 5) },
    { function: 'rlsf_case_1()', position: at('cases.cpp', 4) },
    { function: '_start', position: null },
    { function: '— allocated by thread T0 here —', position: null },
    { function: 'operator new[]', position: null },
    { function: 'sum(int const*, int)', position: at('program.cpp', 4) },
  ],
};

const tokenEnds = [2, 15, 46, 51, 55, 57, 71, 71];

/** Tokens `{⏎`, the declaration, the loop head, `s += `, `v[i]`, … and the end token, the finding's penalised. */
function rollout(changes: Partial<InspectionInput> = {}): InspectionInput {
  const tokens = tokenEnds.map((_, index) => (index === 3 || index === 4 ? -1 : -0.7));
  const given = rolloutWith({ diagnostics: [withStacks] });
  return {
    ...given,
    byteOffsets: [0, ...tokenEnds],
    completionIds: tokenEnds,
    completionMask: tokenEnds.map(() => 1),
    logprobs: tokenEnds.map((_, index) => (index === 3 ? -3 : -0.01)),
    advantages: { scheme: 'span_penalty', sequence: -0.7, tokens },
    ...changes,
  };
}

const view = (input: InspectionInput, width = 90, options: InspectionOptions = {}): string[] =>
  inspectionView(inspectRollout(input, options), { width, prompt: false }).map(plainText);

describe('the view of an inspection', () => {
  it('shows heat, carets, finding and frames under a line, and the allocation under its own', () => {
    expect(view(rollout())).toEqual([
      'sample 1  × runtime_error  tests 2/5  reward 0.20  advantage −0.70',
      'tokens     8, ended by stop',
      'judged by  g++ 12.2.0 · isolation: bubblewrap',
      'heat       advantage (span_penalty) −1.00 to −0.70: ▁▂▃▅▇ above 0, -~=≈≡ below, · is 0;',
      '           fullest at ±1.00; lines without a strip: all ≈',
      ' 1 │ {↵',
      ' 2 │   int s = 0;↵',
      '   │   ╰· allocated by thread T0 here (heap-buffer-overflow, line 3)',
      ' 3 │   for (int i = 0; i <= n; i++) s += v[i];↵',
      `   │ ${'≈'.repeat(31)}≡≡≡≡≡≡≡≡≡≈≈`,
      '   │                                ^~~~~^~~~',
      '   │                                ╰× asan heap-buffer-overflow: READ of size 4, 0 bytes',
      '   │                                   after a region of 12 bytes',
      '   │                                   #0 sum(int const*, int) line 3 (program.cpp:5)',
      '   │                                   #1 rlsf_case_1() cases.cpp:4',
      '   │                                   … 1 more frame',
      '   │                                   allocated by thread T0 here:',
      '   │                                   #1 sum(int const*, int) line 2 (program.cpp:4)',
      ' 4 │   return s;↵',
      ' 5 │ }↵∎',
    ]);
  });

  it('says with signs what it says with colours', () => {
    const advantages = {
      scheme: 's',
      sequence: 0,
      tokens: [1, 1, 1, -1, 0, 1, 1, 1],
    };
    const rows = view(rollout({ advantages }));
    const strip = rows[rows.findIndex((row) => row.includes('s += v[i]')) + 1];
    expect(strip).toBe(`   │ ${'▇'.repeat(31)}≡≡≡≡≡····▇▇`);
  });

  it('draws no strips where all tokens have one value', () => {
    const tokens = tokenEnds.map(() => 0.5);
    const rows = view(rollout({ advantages: { scheme: 'scalar', sequence: 0.5, tokens } }));
    expect(rows).toContain('heat       advantage (scalar): all tokens +0.50');
    expect(rows.join('\n')).not.toMatch(/[▁▂▃▅▇]/);
  });

  it('shows by logprob how surprising a token was', () => {
    const rows = view(rollout(), 90, { heat: 'logprob' });
    expect(rows[3]).toContain('lowest logprob −3.00');
    expect(rows[rows.findIndex((row) => row.includes('s += v[i]')) + 1].trim()).toBe(
      `│ ${' '.repeat(31)}▇▇▇▇▇`,
    );
  });

  it('of a judged file marks the places themselves', () => {
    const { completion, verdict } = rollout();
    const inspection = inspectRollout({ completion, verdict }, { title: 'answer.cpp' });
    const rows = inspectionView(inspection, { width: 90 }).map(plainText);
    expect(rows[0]).toBe('answer.cpp  × runtime_error  tests 2/5');
    expect(rows[rows.findIndex((row) => row.includes('s += v[i]')) + 1]).toBe(
      `   │ ${' '.repeat(31)}^${'~'.repeat(8)}`,
    );
  });

  it('shows a finding at the very end of a text without a last line feed', () => {
    const completion = 'int f() { return 1;';
    const end = Buffer.byteLength(completion);
    const finding: Diagnostic = {
      ...overflow,
      tool: 'g++',
      kind: 'syntax',
      message: "expected '}' at end of input",
      span: { start: end, end, precision: 'span' },
    };
    const verdict = { ...rolloutWith().verdict!, diagnostics: [finding] };
    expect(view({ completion, verdict }).join('\n')).toContain(
      "╰× g++ syntax: expected '}' at end of input",
    );
  });

  it('tells what is said several times without a place once, with the count', () => {
    const leak: Diagnostic = {
      ...overflow,
      tool: 'lsan',
      kind: 'memory-leak',
      message: '16 bytes',
      span: { precision: 'none', reason: 'harness line' },
    };
    const verdict = { ...rolloutWith().verdict!, diagnostics: [leak, leak, leak] };
    const rows = view(rollout({ verdict })).filter((row) => row.includes('memory-leak'));
    expect(rows).toEqual([
      '    × lsan memory-leak: 16 bytes (3 times) (no place in the completion: harness line)',
    ]);
  });

  it('names the tests that failed, and where the judge itself broke, its output', () => {
    const tests = [
      { passed: true, expected: '1', actual: '1' },
      { passed: false, expected: '2', actual: '3\u001b[2J' },
      { passed: false, expected: '4', actual: null },
    ];
    const stage = { command: ['g++', 'unit.cpp'], signal: null, durationMs: 210, truncated: false };
    const stages = [
      { ...stage, stage: 'compile' as const, exitCode: 1, stdout: '', stderr: 'no space\tleft' },
    ];
    const verdict = {
      ...rolloutWith().verdict!,
      outcome: 'sandbox_error' as const,
      tests,
      stages,
    };
    expect(view(rollout({ verdict, reward: null })).slice(-4)).toEqual([
      'tests      × 2: expected "2", got "3\\u001b[2J"',
      '           × 3: expected "4", got nothing',
      'stages     compile exit 1  0.21 s  g++ unit.cpp',
      '             no space  left',
    ]);
  });

  it('says of a failed assertion, or a bad end, that it failed and why', () => {
    const tests = [
      { passed: false, expected: null, actual: 'get({1, 2, 3}, 1) == 3' },
      { passed: false, expected: null, actual: null },
    ];
    const verdict = { ...rolloutWith().verdict!, tests, stages: [] };
    expect(view(rollout({ verdict })).slice(-2)).toEqual([
      'tests      × 1: failed: get({1, 2, 3}, 1) == 3',
      '           × 2: did not run to its end',
    ]);
  });

  it('shows some of what the program wrote, and of its standard error what is no report', () => {
    const stage = {
      stage: 'run' as const,
      command: ['./unit'],
      exitCode: 66,
      signal: null,
      durationMs: 20,
      stdout: 'a\n\n\u001b[2Jb\nc\nd\ne\nf\n',
      stderr: 'debug 1\n=====\n==PID==ERROR: AddressSanitizer: heap-buffer-overflow\n',
      truncated: false,
    };
    const tests = [{ passed: true, expected: '1', actual: '1' }];
    const verdict = { ...rolloutWith({ diagnostics: [overflow] }).verdict!, tests };
    const shown = view(rollout({ verdict: { ...verdict, stages: [stage] } }));
    expect(shown.slice(shown.findIndex((row) => row.startsWith('stages')))).toEqual([
      'stages     run     exit 66  0.02 s  ./unit',
      '             stdout  a',
      '                     ⟨ESC⟩[2Jb',
      '                     c',
      '                     d',
      '                     … 2 more lines',
      '             stderr  debug 1',
    ]);
    const runs = [1, 2, 3, 4, 5].map((n) => ({ ...stage, stdout: `run ${n}`, stderr: '' }));
    const many = view(rollout({ verdict: { ...verdict, stages: runs } }));
    expect(many.filter((row) => row.includes('stdout'))).toHaveLength(3);
  });

  it('neither obeys nor hides what the model wrote, and stays within the width', () => {
    const completion = `\t"\u001b[2J\u202e日本語\u0007 e\u0301 ${'wide_name + '.repeat(20)}";\r\n`;
    const end = Buffer.byteLength(completion);
    const evil = 'x \u001b]0;title\u0007 \u202e';
    const finding: Diagnostic = {
      ...overflow,
      message: evil,
      span: { start: end - 3, end: end - 2, precision: 'span' },
      frames: [{ function: evil, position: at('program.cpp', 3) }],
    };
    const input = rollout({
      completion,
      prompt: evil,
      byteOffsets: [0, 4, 9, end, end],
      completionIds: [1, 2, 3, 4],
      logprobs: [-1, -1, -1, -1],
      advantages: { scheme: evil, sequence: 1, tokens: [1, -1, 0.5, 0] },
      verdict: { ...rolloutWith().verdict!, diagnostics: [finding], toolchain: evil },
    });
    for (const width of [59, 99, 119]) {
      const rows = inspectionView(inspectRollout(input), { width }).map(plainText);
      expect(Math.max(...rows.map(textWidth))).toBeLessThanOrEqual(width);

      expect(rows.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      const source = rows.filter((row) => /[│┊]/.test(row)).join('');
      expect(source).toContain('⟨ESC⟩[2J⟨U+202E⟩日本語⟨BEL⟩');
      expect(source).toContain('⟨CR⟩');
    }
  });
});

describe('the view of several inspections', () => {
  it('shows the prompt once, a line for each, then each in full', () => {
    const both = inspectRollouts([rollout(), rollout({ sample: 1, id: 'tour/1/0/1' })]);
    const rows = inspectionsView(both, { width: 90 }).map(plainText);
    expect(rows[0]).toBe('  // Sum of the first n numbers of v.');
    expect(rows.filter((row) => row.includes('Sum of the first'))).toHaveLength(1);
    expect(rows[3]).toContain('sample 1  × runtime_error');
    expect(rows[4]).toContain('sample 2  × runtime_error');
    expect(rows.filter((row) => row.includes('╰× asan'))).toHaveLength(2);
  });
});
