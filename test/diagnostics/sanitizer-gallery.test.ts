import { describe, expect, it } from 'vitest';
import {
  parseSanitizerReports,
  sanitizerDiagnostics,
  ubsanKind,
} from '../../src/diagnostics/index.js';
import type { Diagnostic } from '../../src/records.js';
import { blamed, namesOf, recorded, viewOf } from './gallery.js';

const names = namesOf('sanitizers', '.run.txt');

function diagnose(name: string, report = recorded('sanitizers', `${name}.run.txt`)): Diagnostic[] {
  const view = viewOf(name, recorded('sanitizers', `${name}.cpp`));
  return sanitizerDiagnostics(parseSanitizerReports(report), view);
}

/** Tool, kind and the text that is blamed, of every finding of a program. */
const expected: Record<string, [tool: string, kind: string, text: string | null][]> = {
  abort: [['runner', 'abort', 'void give_up() { std::abort(); }']],
  'aligned-alloc': [['asan', 'invalid-aligned-alloc-alignment', 'return aligned_alloc(24, 100) != nullptr;']],
  assert: [['runner', 'assertion-failure', 'assert(n % 2 == 0 && "even: it must be");']],
  'assert-plain': [['runner', 'assertion-failure', 'assert(n % 2 == 0 && "even: it must be");']],
  'assert-header': [['runner', 'assertion-failure', null]],
  'calloc-overflow': [['asan', 'calloc-overflow', 'return calloc(-1, 1000) == nullptr;']],
  'container-overflow': [['asan', 'container-overflow', 'return v.data()[5];']],
  division: [
    ['ubsan', 'integer-divide-by-zero', '/'],
    ['ubsan', 'integer-divide-by-zero', '%'],
  ],
  'division-overflow': [['ubsan', 'signed-integer-overflow', '/']],
  exception: [['runner', 'uncaught-exception', 'if (n == 1) throw std::runtime_error("no such thing: n");']],
  'exception-custom': [['runner', 'uncaught-exception', 'throw Custom{n};']],
  'exception-noexcept': [['runner', 'uncaught-exception', 'int length(const std::string& s) noexcept { return s.at(10); }']],
  'exception-plain': [['runner', 'uncaught-exception', null]],
  'fortify-plain': [['runner', 'buffer-overflow', null]],
  'free-invalid': [['asan', 'bad-free', 'free(p + 16);']],
  'free-twice': [['asan', 'double-free', 'free(p);']],
  mismatch: [['asan', 'alloc-dealloc-mismatch', 'free(p);']],
  'free-invalid-plain': [['runner', 'heap-corruption', null]],
  'free-twice-plain': [['runner', 'heap-corruption', null]],
  'glibcxx-assert': [['runner', 'assertion-failure', 'return v[i];']],
  'glibcxx-debug': [['runner', 'assertion-failure', 'return v[i];']],
  'global-overflow': [['asan', 'global-buffer-overflow', 's += *p;']],
  'heap-corrupt-plain': [['runner', 'heap-corruption', null]],
  'leak-only': [['lsan', 'memory-leak', 'int* p = new int[10];']],
  'negative-size': [['asan', 'negative-size-param', 'memmove(to, from, atoi("-1"));']],
  'new-delete-size': [['asan', 'new-delete-type-mismatch', 'delete p;']],
  'null-call': [['asan', 'SEGV', null]],
  'out-of-memory': [['asan', 'rss-limit-exceeded', null]],
  overlap: [['asan', 'memcpy-param-overlap', 'memcpy(text + 1, text, 5);']],
  'pointer-pair': [['asan', 'invalid-pointer-pair', 'return a < b;']],
  'pure-virtual': [['runner', 'pure-virtual-call', 'void call() { pure(); }']],
  'pure-virtual-plain': [['runner', 'pure-virtual-call', null]],
  recover: [
    ['asan', 'heap-buffer-overflow', 'p[2] = 1;'],
    ['asan', 'heap-buffer-overflow', 'p[3] = 2;'],
    ['asan', 'heap-buffer-overflow', 'p[i]++;'],
    ['asan', 'heap-use-after-free', 'return p[0];'],
  ],
  scope: [['asan', 'stack-use-after-scope', 'return *p;']],
  'stack-overflow': [['asan', 'stack-overflow', 'int sum(Node* n) {']],
  'stack-smash-plain': [['runner', 'stack-smashing', null]],
  'terminate-plain': [['runner', 'terminate', null]],
  'terminate-thread': [['runner', 'terminate', '}']],
  'thread-race-free': [['asan', 'heap-use-after-free', 'return *p;']],
  'too-big': [['asan', 'allocation-size-too-big', 'char* p = new char[1ul << 42];']],
  trap: [['asan', 'ILL', 'int main() { __builtin_trap(); }']],
  'ubsan-library': [
    ['ubsan', 'null-pointer-use', 'return v[0] + v.front();'],
    ['ubsan', 'null-pointer-use', '+'],
  ],
  'ubsan-only-segv': [['ubsan', 'null-pointer-use', 'p']],
  'ubsan-unreachable': [['ubsan', 'unreachable-call', '(']],
  'use-after-return': [['asan', 'stack-use-after-return', 'return *kept;']],
  'wild-read': [['asan', 'SEGV', 'int peek(long at) { return *(int*)(at * 4096); }']],
}; // prettier-ignore

/** Told apart below. */
const others = ['leaks', 'ubsan-kinds'];

describe('the gallery of sanitizer reports', () => {
  it('is complete', () => {
    expect([...Object.keys(expected), ...others].sort()).toEqual(names);
  });

  it.each(Object.entries(expected))('tells each fault once, where it is: %s', (name, faults) => {
    const program = recorded('sanitizers', `${name}.cpp`);
    expect(
      diagnose(name).map(({ tool, kind, span }) => [tool, kind, blamed(program, span)]),
    ).toEqual(faults);
  });

  it('gives ASan’s faults the name that ASan’s own summary gives them', () => {
    for (const name of names) {
      const report = recorded('sanitizers', `${name}.run.txt`);
      const summaries = [...report.matchAll(/^SUMMARY: AddressSanitizer: ([\w-]+)/gm)]
        .map(([, kind]) => kind)
        .filter((kind) => kind !== 'ABRT' && !/^\d+$/.test(kind));
      // The summary may be cut off: the headline alone must say the same.
      for (const text of [report, report.replaceAll(/^SUMMARY: Address.*\n/gm, '')]) {
        const kinds = parseSanitizerReports(text)
          .filter(({ tool }) => tool === 'asan')
          .map(({ kind }) => kind);
        expect([name, ...kinds]).toEqual([
          name,
          ...(name === 'out-of-memory' ? ['rss-limit-exceeded'] : summaries),
        ]);
      }
    }
  });

  it('gives UBSan’s faults the name that UBSan’s own summary gives them, from the message alone', () => {
    const report = recorded('sanitizers', 'ubsan-kinds.run.txt');
    const named = [...report.matchAll(/runtime error: (.*)\n[^]*?SUMMARY: \w+: ([a-z-]+)/g)];
    expect(named.length).toBe(24);
    for (const [, message, kind] of named)
      // A division by zero has one message for numbers of both sorts.
      expect(ubsanKind(message)).toBe(kind.replace('float-divide', 'integer-divide'));
    expect(parseSanitizerReports(report).map(({ kind }) => kind)).toEqual(
      named.map(([, , kind]) => kind),
    );
  });

  it('tells an index out of bounds once, not again as a load without enough space', () => {
    const kinds = diagnose('ubsan-kinds').map(({ kind }) => kind);
    expect(kinds.length).toBe(23);
    expect(kinds).toContain('out-of-bounds-index');
    expect(kinds).not.toContain('insufficient-object-size');
  });

  it('tells leaks at their allocation, and those that only they hold as indirect', () => {
    const program = recorded('sanitizers', 'leaks.cpp');
    const found = diagnose('leaks').map(({ kind, span }) => [kind, blamed(program, span)]);
    expect(found).toEqual([
      ['memory-leak', 'auto* names = new std::vector<std::string>(3, "a name that is too long to be kept inside");'],
      ['memory-leak', 'a = malloc(20);'],
      ['memory-leak', 'return new Tree{grow(depth - 1), grow(depth - 1)};'],
      ['memory-leak', 'void* a = malloc(10);'],
      ['indirect-memory-leak', 'names->push_back("b");'],
      ['indirect-memory-leak', null],
      ['indirect-memory-leak', 'return new Tree{grow(depth - 1), grow(depth - 1)};'],
    ]); // prettier-ignore
  });

  it('says of an assertion in a header of the tests that it is theirs', () => {
    expect(diagnose('assert-header')[0]).toMatchObject({
      position: { file: 'harness.h', line: 4, column: null },
      span: { precision: 'none', reason: 'harness line (test case)' },
    });
  });

  it('keeps the stacks of allocation, release and thread with their titles', () => {
    const titles = diagnose('thread-race-free')[0].frames.flatMap((frame) =>
      frame.function.startsWith('—') ? [frame.function] : [],
    );
    expect(titles).toEqual([
      '— freed by thread T1 here —',
      '— previously allocated by thread T0 here —',
      '— Thread T1 created by T0 here —',
    ]);
  });

  it('collapses a recursion', () => {
    const [{ frames }] = diagnose('stack-overflow');
    expect(frames.length).toBeLessThan(6);
    expect(frames.map((frame) => frame.function).join()).toMatch(/and \d{2,} times more/);
  });

  it('joins a message of libstdc++’s debug mode that is broken over lines', () => {
    expect(diagnose('glibcxx-debug')[0].message).toBe(
      'attempt to subscript container with out-of-bounds index 5, but container only holds 3 elements.',
    );
  });

  it('says nothing that differs from run to run', () => {
    for (const name of names)
      for (const { kind, message } of diagnose(name)) {
        // A size that the program asked for is its own number.
        if (kind !== 'allocation-size-too-big') expect(message).not.toMatch(/0x[0-9a-f]{6,}/);
        expect(message).not.toMatch(/==\d+==|\bT0\b|pc 0x|tid=/);
      }
  });

  it('reads colours, carriage returns and a report that is cut off anywhere', () => {
    const report = recorded('sanitizers', 'recover.run.txt');
    const coloured = report
      .replaceAll(/^(==\d+==ERROR.*)$/gm, '\u001b[1m\u001b[31m$1\u001b[0m')
      .replaceAll('\n', '\r\n');
    expect(diagnose('recover', coloured)).toEqual(diagnose('recover'));
    for (let length = 0; length < report.length; length += 97) {
      const kinds = diagnose('recover', report.slice(0, length)).map(({ kind }) => kind);
      expect(kinds.length).toBeLessThanOrEqual(4);
    }
  });
});
