import { describe, expect, it } from 'vitest';
import { parseFrames, parseSanitizerReports } from '../../src/diagnostics/index.js';
import type { SanitizerReport } from '../../src/diagnostics/index.js';

const report = (stderr: string): Partial<SanitizerReport>[] =>
  parseSanitizerReports(stderr).map(({ tool, kind, message, place }) => ({
    tool,
    kind,
    message,
    place,
  }));

const asanAbort =
  'AddressSanitizer:DEADLYSIGNAL\n==7==ERROR: AddressSanitizer: ABRT on unknown address 0x000000002911 (pc 0x7f bp 0x7f sp 0x7f T0)\n    #0 0x7f in __GI_abort stdlib/abort.c:79\n    #1 0x55 in f() /a/x.cpp:3\nSUMMARY: AddressSanitizer: ABRT stdlib/abort.c:79 in __GI_abort\n==7==ABORTING\n';

describe('what a program says before it aborts', () => {
  it.each([
    ["a.out: test.cpp:47: int main(): Assertion `f((3)) == 4' failed.", 'test.cpp', 47, "Assertion `f((3)) == 4' failed."],
    ["a b: dir with blanks/x.cpp:3: std::map<int, int> g(): Assertion `m[\"k: 1\"] == 2' failed.", 'dir with blanks/x.cpp', 3, 'Assertion `m["k: 1"] == 2\' failed.'],
    ["some output without an enda.out: x.cpp:9: main: Assertion `no' failed.", 'x.cpp', 9, "Assertion `no' failed."],
    ["/usr/include/c++/12/bits/stl_vector.h:1123: constexpr T& std::vector<T>::operator[](size_t): Assertion '__n < this->size()' failed.", '/usr/include/c++/12/bits/stl_vector.h', 1123, "Assertion '__n < this->size()' failed."],
    ['Assertion failed: x == 1 (t.cpp: main: 5)', 't.cpp', 5, "Assertion `x == 1' failed."],
    ['Assertion failed: (x == 1), function main, file t.cpp, line 5.', 't.cpp', 5, "Assertion `x == 1' failed."],
  ])('names an assertion’s own place: %s', (line, file, number, message) => {
    const expected = [
      { tool: 'runner', kind: 'assertion-failure', message, place: { file, line: number, column: null } },
    ];
    expect(report(`${line}\n`)).toEqual(expected);
    expect(report(`${line}\n${asanAbort}`)).toEqual(expected);
  }); // prettier-ignore

  it.each([
    ['free(): invalid pointer', 'heap-corruption'],
    ['free(): double free detected in tcache 2', 'heap-corruption'],
    ['double free or corruption (fasttop)', 'heap-corruption'],
    ['double free or corruption (!prev)', 'heap-corruption'],
    ['malloc(): corrupted top size', 'heap-corruption'],
    ['malloc(): unaligned tcache chunk detected', 'heap-corruption'],
    ['malloc_consolidate(): invalid chunk size', 'heap-corruption'],
    ['munmap_chunk(): invalid pointer', 'heap-corruption'],
    ['realloc(): invalid next size', 'heap-corruption'],
    ['corrupted size vs. prev_size', 'heap-corruption'],
    ['*** stack smashing detected ***: terminated', 'stack-smashing'],
    ['*** buffer overflow detected ***: terminated', 'buffer-overflow'],
    ['pure virtual method called', 'pure-virtual-call'],
    ['terminate called without an active exception', 'terminate'],
  ])('names what libc or the C++ runtime found: %s', (line, kind) => {
    for (const text of [`${line}\n`, `${line}\n${asanAbort}`, `printed before it: ${line}\n`])
      expect(report(text)).toMatchObject([{ tool: 'runner', kind, place: null }]);
  });

  it('joins the words and the stack of the signal into one report', () => {
    const [only, ...rest] = parseSanitizerReports(
      `terminate called after throwing an instance of 'std::out_of_range'\n  what():  vector::at\n${asanAbort}`,
    );
    expect(rest).toEqual([]);
    expect(only).toMatchObject({
      kind: 'uncaught-exception',
      message: 'uncaught std::out_of_range: vector::at',
    });
    expect(only.stacks[0].frames.map(({ file }) => file)).toEqual(['stdlib/abort.c', '/a/x.cpp']);
  });

  it('keeps the first cause where «terminate called» follows it, and the last words else', () => {
    expect(
      report('pure virtual method called\nterminate called without an active exception\n'),
    ).toMatchObject([{ kind: 'pure-virtual-call' }]);
    expect(
      report("x: a.cpp:1: f: Assertion `handled' failed.\nfree(): invalid pointer\n"),
    ).toMatchObject([{ kind: 'heap-corruption' }]);
  });

  it('believes words without an abort unless it is told that there was none', () => {
    const words = "x: a.cpp:1: f: Assertion `printed' failed.\n";
    expect(parseSanitizerReports(words).length).toBe(1);
    expect(parseSanitizerReports(words, { aborted: false })).toEqual([]);
    expect(parseSanitizerReports(words + asanAbort, { aborted: false }).length).toBe(1);
  });

  it('takes an abort without words for what it is', () => {
    expect(report(asanAbort)).toMatchObject([{ tool: 'runner', kind: 'abort' }]);
  });

  it('takes nothing for a report that a program may say by itself', () => {
    for (const line of [
      'Error: runtime error: cannot open file',
      'main: runtime error: division by zero',
      'freed(): fine',
      'AddressSanitizer is my favourite',
      'Assertion failed',
      '    #0 is the first line',
      'WARNING: AddressSanitizer failed to allocate 0x100 bytes',
    ])
      expect([line, report(line)]).toEqual([line, []]);
  });
});

describe('deadly signals', () => {
  it('are told also where no report of them could be written', () => {
    const text = 'AddressSanitizer:DEADLYSIGNAL\nAddressSanitizer:DEADLYSIGNAL\n';
    expect(report(text)).toMatchObject([{ tool: 'asan', kind: 'deadly-signal' }]);
    expect(
      report(`${text}AddressSanitizer: nested bug in the same thread, aborting.\n`),
    ).toMatchObject([{ tool: 'asan', kind: 'nested-bug' }]);
  });

  it('are told by UBSan and LSan alone too', () => {
    const by = (name: string): string =>
      `${name}:DEADLYSIGNAL\n==9==ERROR: ${name}: SEGV on unknown address 0x000000000000 (pc 0x55 bp 0x7f sp 0x7f T9)\n==9==The signal is caused by a READ memory access.\n    #0 0x55 in main /a/x.cpp:4:10\nSUMMARY: ${name}: SEGV /a/x.cpp:4:10 in main\n==9==ABORTING\n`;
    expect(parseSanitizerReports(by('UndefinedBehaviorSanitizer'))).toMatchObject([
      { tool: 'ubsan', kind: 'SEGV', stacks: [{ frames: [{ line: 4, column: 10 }] }] },
    ]);
    expect(parseSanitizerReports(by('LeakSanitizer'))).toMatchObject([
      { tool: 'lsan', kind: 'SEGV' },
    ]);
  });

  it.each([
    ['==7==AddressSanitizer CHECK failed: ../asan_thread.cpp:371 "((ptr[0])) != (0)" (0x0, 0x0)', 'check-failed'],
    ['AddressSanitizer: CHECK failed: asan_allocator.cpp:190 "((old)) == ((kAllocBegMagic))" (tid=9)', 'check-failed'],
    ['==7==ERROR: AddressSanitizer failed to allocate 0x10000 (65536) bytes of LargeMmapAllocator (error code: 12)', 'out-of-memory'],
    ['==7==ERROR: AddressSanitizer: out of memory: allocator is trying to allocate 0x1 bytes', 'out-of-memory'],
    ['==7==AddressSanitizer: hard rss limit exhausted (2048Mb vs 2060Mb)', 'rss-limit-exceeded'],
    ['==7==ERROR: AddressSanitizer: odr-violation (0x5566a3560fc0):', 'odr-violation'],
    ['==7==ERROR: AddressSanitizer: initialization-order-fiasco on address 0x5566a3560fc0 at pc 0x1 bp 0x1 sp 0x1', 'initialization-order-fiasco'],
    ['==7==ERROR: AddressSanitizer: attempting to call malloc_usable_size() for pointer which is not owned: 0x1', 'bad-malloc_usable_size'],
  ])('and troubles of the sanitizer’s own have a kind: %s', (line, kind) => {
    expect(report(`${line}\n`)).toMatchObject([{ tool: 'asan', kind }]);
  }); // prettier-ignore
});

describe('frames', () => {
  const frame = (line: string): unknown[] => {
    const [{ function: name, file, line: number, column, module, offset }] = parseFrames([line]);
    return [name, file, number, column, module, offset];
  };

  it.each([
    ['    #0 0x0  (<unknown module>)', ['', null, null, null, null, null]],
    ['    #1 0x4c3 in main /tmp/my code/x.cpp:3:7', ['main', '/tmp/my code/x.cpp', 3, 7, null, null]],
    ['    #1 0x4c3 in f(int const*, char (&) [3]) x.cpp:3', ['f(int const*, char (&) [3])', 'x.cpp', 3, null, null, null]],
    ['    #2 0x4c3 in operator/(A, B) (/a b/c (1)/unit+0x12)', ['operator/(A, B)', null, null, null, '/a b/c (1)/unit', '0x12']],
    ['    #3 0x4c3 in g() [clone .part.0] /x.cpp:9', ['g() [clone .part.0]', '/x.cpp', 9, null, null, null]],
    ['    #4 0x4c3 in h() ??:0', ['h()', null, null, null, null, null]],
    ['    #5 0x4c3 (unit+0x7f) (BuildId: 64933365009ac917)', ['', null, null, null, 'unit', '0x7f']],
    ['    #6 0x4c3 in (anonymous namespace)::k(int) /x.cpp:1:2', ['(anonymous namespace)::k(int)', '/x.cpp', 1, 2, null, null]],
  ])('are read: %s', (line, expected) => {
    expect(frame(line)).toEqual(expected);
  }); // prettier-ignore

  it('are read in linear time, whatever a program prints', () => {
    const long = 200_000;
    const hostile = [
      `    #0 0x1 in ${'(/'.repeat(long)}`,
      `    #0 0x1 in ${' '.repeat(long)}x`,
      `    #0 0x1 in ${'a:1'.repeat(long)}`,
      `${': 1: '.repeat(long)}Assertion \`x' failed.`,
      `${'Assertion `'.repeat(long / 10)}`,
      `${':1'.repeat(long)}: runtime error: x`,
      ' '.repeat(long),
      '=='.repeat(long),
    ].join('\n');
    const started = performance.now();
    parseSanitizerReports(hostile);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
