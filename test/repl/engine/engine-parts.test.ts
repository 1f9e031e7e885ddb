import { describe, expect, it } from 'vitest';
import { crashReason, lastLines } from '../../../src/repl/engine/crash.js';
import { promptLibrary } from '../../../src/repl/engine/prompt-library.js';
import { viewOf } from '../../../src/repl/engine/shows.js';
import type { SessionSummary } from '../../../src/repl/engine/protocol.js';
import { diagnosticLines } from '../../../src/repl/engine/typescript/code-frame.js';
import { plainText } from '../../../src/repl/styled.js';

const end = { code: null, signal: null, stderr: '', isReady: true };

describe('the reason of a crash', () => {
  it('is told by signal, exit code and last words', () => {
    expect(crashReason({ ...end, signal: 'SIGKILL' })).toMatch(/killed/);
    expect(crashReason({ ...end, signal: 'SIGSEGV' })).toMatch(/native code/);
    expect(crashReason({ ...end, code: 3 })).toMatch(/exit code 3.*process\.exit/);
    expect(crashReason({ ...end, code: 1, isReady: false })).toMatch(/before it was ready/);
    const stderr = 'FATAL ERROR: Reached heap limit … JavaScript heap out of memory';
    expect(crashReason({ ...end, signal: 'SIGABRT', stderr })).toMatch(/out of memory/);
  });

  it('comes with the last lines that say something', () => {
    expect(lastLines('a\n\nb\nc\n', 2)).toEqual(['b', 'c']);
  });
});

describe('a type error', () => {
  const at = (
    line: number,
    character: number,
  ): { offset: number; line: number; character: number } => ({
    ...{ offset: line * 100 + character, line, character },
  });

  it('is shown with its line and a caret under its place', () => {
    const lines = diagnosticLines(
      'const a = 1;\nconst b: string = a;',
      [{ start: at(1, 6), end: at(1, 7), messageText: 'no', code: 2322 }],
      80,
    ).map(plainText);
    expect(lines).toEqual(['× 2:7  no (TS2322)', '  2 │ const b: string = a;', '    │       ^']);
  });

  it('shows the caret of a long line too', () => {
    const source = `${'x'.repeat(200)}y`;
    const lines = diagnosticLines(
      source,
      [{ start: at(0, 200), end: at(0, 201), messageText: 'no', code: 1 }],
      60,
    ).map(plainText);
    expect(lines[1][lines[2].indexOf('^')]).toBe('y');
  });

  it('of which there are many is told by the first five', () => {
    const many = Array.from({ length: 9 }, (_, index) => ({
      ...{ start: at(0, index), end: at(0, index + 1), messageText: `${index}`, code: 1 },
    }));
    expect(plainText(diagnosticLines('abcdefghi', many, 80).at(-1) ?? [])).toBe('… 4 more errors');
  });
});

describe('the library at the prompt', () => {
  const own = new AbortController().signal;

  it('hands the signal of the prompt to acts, unless the line has one of its own', async () => {
    const seen: unknown[] = [];
    const acts: Promise<unknown>[] = [];
    const { signal } = new AbortController();
    const exports = promptLibrary(
      {
        sample: async (_: unknown, options: { signal: unknown }) => seen.push(options.signal),
        other: 1,
      },
      {
        signal: () => signal,
        emit: () => undefined,
        afterStep: () => Promise.resolve(),
        began: (act) => acts.push(act),
      },
    );
    const sample = exports['sample'] as (session: unknown, options?: object) => Promise<unknown>;
    await sample({});
    await sample({}, { signal: own });
    expect(seen).toEqual([signal, own]);
    expect(acts).toHaveLength(2);
    expect(exports['other']).toBe(1);
    expect(sample.name).toBe('sample');
  });
});

describe('what a command opens on the screen', () => {
  const source = { file: 'f.jsonl', title: 't', follows: false };
  const summary = { source } as SessionSummary;

  it('is the rollouts for browse, one of them for inspect', () => {
    expect(viewOf('browse', [], summary)).toEqual({ view: 'rollouts', source });
    expect(viewOf('inspect', { position: 3 }, summary)).toMatchObject({ position: 3 });
    expect(viewOf('inspect', { position: 3 }, { ...summary, source: null })).toBeNull();
  });

  it('is an editor for reward edit and a page for plot --open', () => {
    expect(viewOf('reward', { edit: 'a.ts' }, summary)).toEqual({ view: 'editor', file: 'a.ts' });
    expect(viewOf('reward', { edit: null }, summary)).toBeNull();
    expect(viewOf('plot', { open: true, file: 'p.html' }, summary)).toEqual({
      view: 'page',
      file: 'p.html',
    });
    expect(viewOf('sample', [], summary)).toBeNull();
  });
});
