import { describe, expect, it } from 'vitest';
import {
  parseFrames,
  parseSanitizerReports,
  sanitizerDiagnostics,
  stitch,
} from '../../src/diagnostics/index.js';
import type { Diagnostic } from '../../src/records.js';
import { fixture, textAt, viewOfSource } from './fixtures.js';

function read(name: string): Diagnostic[] {
  return sanitizerDiagnostics(
    parseSanitizerReports(fixture(`${name}.run.txt`)),
    viewOfSource(name),
  );
}

function lines(name: string): [string, string, number | undefined][] {
  return read(name).map(({ tool, kind, position }) => [tool, kind, position?.line]);
}

describe('sanitizer reports', () => {
  it.each([
    ['heap-overflow', [['asan', 'heap-buffer-overflow', 4]]],
    ['use-after-free', [['asan', 'heap-use-after-free', 4]]],
    ['double-free', [['asan', 'double-free', 2]]],
    ['mismatch', [['asan', 'alloc-dealloc-mismatch', 3]]],
    ['stack-overflow', [['asan', 'stack-overflow', 1]]],
    ['leak', [['lsan', 'memory-leak', 4]]],
    ['division', [['ubsan', 'integer-divide-by-zero', 2]]],
    ['null', [['ubsan', 'null-pointer-use', 2]]],
    ['segv', [['asan', 'SEGV', 3]]],
    ['exception', [['runner', 'uncaught-exception', 2]]],
    ['assertion', [['runner', 'assertion-failure', 2]]],
    ['big-allocation', [['asan', 'allocation-size-too-big', 2]]],
  ])('of %s are told once, in the user’s own line', (name, expected) => {
    // A leak and its indirect part come from one line but are two kinds.
    expect(lines(name).filter(([, kind]) => kind !== 'indirect-memory-leak')).toEqual(expected);
  });

  it('are all read, in order, an index out of bounds only once', () => {
    expect(lines('overflow')).toEqual([
      ['ubsan', 'signed-integer-overflow', 4],
      ['ubsan', 'invalid-shift-exponent', 5],
      ['ubsan', 'out-of-bounds-index', 7],
      ['asan', 'stack-buffer-overflow', 7],
    ]);
  });

  it('give UBSan’s column as an exact span and ASan’s line as a line', () => {
    const [division] = read('division');
    expect(division.span).toMatchObject({ precision: 'span' });
    expect(
      division.span.precision !== 'none' && textAt(fixture('division.cpp'), division.span),
    ).toBe('/');
    const [heap] = read('heap-overflow');
    expect(heap.span.precision).toBe('line');
    expect(heap.span.precision !== 'none' && textAt(fixture('heap-overflow.cpp'), heap.span)).toBe(
      'total += values[i];',
    );
  });

  it('keep the stacks of allocation and release', () => {
    const [freed] = read('use-after-free');
    const titles = freed.frames
      .filter(({ position }) => position === null)
      .map((frame) => frame.function);
    expect(titles.some((title) => title.includes('freed by'))).toBe(true);
    expect(titles.some((title) => title.includes('allocated by'))).toBe(true);
    expect(freed.frames.map(({ position }) => position?.line)).toContain(3);
  });

  it('give the stack of the signal to the finding that names the cause', () => {
    expect(read('division')[0].frames.length).toBeGreaterThan(1);
  });

  it('collapse the frames of a recursion, of one function and of two', () => {
    for (const name of ['stack-overflow', 'mutual-recursion']) {
      const [overflow] = read(name);
      expect(overflow.kind).toBe('stack-overflow');
      expect(overflow.frames.length).toBeLessThan(12);
      expect(overflow.frames.some((frame) => /times more/.test(frame.function))).toBe(true);
      expect(overflow.span.precision).not.toBe('none');
    }
  });

  it('say nothing that differs from run to run', () => {
    for (const name of [
      'heap-overflow',
      'use-after-free',
      'double-free',
      'stack-buffer',
      'overflow',
      'segv',
      'null',
      'leak',
    ])
      for (const { message } of read(name))
        expect(message).not.toMatch(/0x[0-9a-f]{5,}|==\d+==|T0/);
  });

  it('tell what was thrown', () => {
    expect(read('exception')[0].message).toMatch(
      /^uncaught std::out_of_range: vector::_M_range_check/,
    );
    expect(read('assertion')[0].message).toMatch(/Assertion `argc > 1' failed/);
  });

  it('resolve addresses where the report has nothing else', () => {
    const report = fixture('heap-overflow.raw.txt');
    const [unresolved] = sanitizerDiagnostics(
      parseSanitizerReports(report),
      viewOfSource('heap-overflow'),
    );
    expect(unresolved.span).toMatchObject({
      precision: 'none',
      reason: expect.stringContaining('library frame'),
    });
    let asked = 0;
    const view = {
      ...viewOfSource('heap-overflow'),
      resolve: (frame: ReturnType<typeof parseFrames>[number]) => {
        if (frame.module !== 'unit' || asked++ > 0) return [];
        return [{ ...frame, function: 'sum(int const*, int)', file: 'heap-overflow.cpp', line: 4 }];
      },
    };
    const [resolved] = sanitizerDiagnostics(parseSanitizerReports(report), view);
    expect(resolved.position).toEqual({ file: 'heap-overflow.cpp', line: 4, column: null });
    expect(resolved.frames[0].function).toBe('sum(int const*, int)');
  });

  it('blame no token for a fault in a test case, and say why', () => {
    const map = stitch([
      { name: 'prefix', text: 'int x;\n' },
      { name: 'completion', text: 'int y;\n' },
    ]);
    const view = {
      map,
      fileKind: (file: string) =>
        file === 'program.cpp' ? ('program' as const) : ('harness' as const),
      shownAs: (file: string) => file,
      clean: (text: string) => text,
      resolve: () => [],
    };
    const reports = parseSanitizerReports(
      'cases.cpp:3:4: runtime error: division by zero\nprogram.cpp:1:5: runtime error: division by zero\nprogram.cpp:2:5: runtime error: division by zero\n',
    );
    expect(sanitizerDiagnostics(reports, view).map(({ span }) => span)).toEqual([
      { precision: 'none', reason: 'harness line (test case)' },
      { precision: 'none', reason: 'harness line (prefix)' },
      { start: 4, end: 5, precision: 'span' },
    ]);
  });

  it('read frames with and without places, with build ids and columns', () => {
    expect(
      parseFrames([
        '    #0 0x401 in f(int) /a/x.cpp:3:7',
        '    #1 0x402 in operator new(unsigned long) ../../src/new.cpp:98',
        '    #2 0x403 in _start (unit+0x7120) (BuildId: abc)',
        '    #3 0x404  (/lib/libc.so.6+0x27249)',
        'end',
      ]).map(({ function: name, file, line, column, module, offset }) => [
        name,
        file,
        line,
        column,
        module,
        offset,
      ]),
    ).toEqual([
      ['f(int)', '/a/x.cpp', 3, 7, null, null],
      ['operator new(unsigned long)', '../../src/new.cpp', 98, null, null, null],
      ['_start', null, null, null, 'unit', '0x7120'],
      ['', null, null, null, '/lib/libc.so.6', '0x27249'],
    ]);
  });
});
