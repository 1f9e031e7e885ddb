import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect } from 'vitest';
import { parseSanitizerReports, sanitizerDiagnostics } from '../../src/diagnostics/index.js';
import type { SanitizerReport } from '../../src/diagnostics/index.js';
import { itWithData } from '../data.js';
import { viewOf } from './gallery.js';

/** What the data set's authors read from a run's stderr by their own reader. */
interface RecordedReport {
  tool: string;
  kind: string;
  line: number;
  col?: number;
  frame?: number;
  function?: string;
  top?: string;
}

interface Run {
  exit: number;
  reports: RecordedReport[];
  stderr: string;
}

interface JulietRow {
  id: string;
  source: string;
  flaws: { comment_line: number; code_line: number }[];
  bad: Run;
  good: Run;
  relation: 'exact' | 'near' | 'other' | 'silent';
}

interface LlvmRow extends Run {
  id: string;
  file: string;
  source: string;
  expected_lines: number[];
  first_line_expected: boolean;
}

const juliet = ['juliet-cpp', 'cases.jsonl.gz'];
const llvm = ['llvm-sanitizer-tests', 'cases.jsonl.gz'];

function rowsOf<T>(file: string): T[] {
  const text = gunzipSync(readFileSync(file)).toString('utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}

/**
 * Our report in the words of the record. Three things are named differently on purpose: the record
 * takes ASan's headline for the kind, ours is the name in ASan's own summary; for UBSan it takes the
 * whole message, ours is UBSan's name of the check and keeps the message beside it; and it counts all
 * leaks of a run as one report, where ours has one for each place that leaks.
 */
const headlines: Record<string, string> = {
  'double-free': 'attempting double-free',
  'bad-free': 'attempting free',
  'calloc-overflow': 'calloc parameters overflow',
  'memory-leak': 'detected memory leaks',
  'indirect-memory-leak': 'detected memory leaks',
};

function inTheirWords(report: SanitizerReport, file: string): RecordedReport {
  const { tool, kind, message, place, stacks } = report;
  if (tool === 'ubsan' && place !== null)
    return { tool, kind: message, line: place.line, col: place.column ?? 0 };
  const frames = stacks[0]?.frames ?? [];
  const frame = frames.findIndex((one) => one.file !== null && path.basename(one.file) === file);
  return {
    tool,
    kind: headlines[kind] ?? kind,
    line: frames[frame]?.line ?? 0,
    frame,
    function: frames[frame]?.function,
    top: firstWord(frames[0]?.function),
  };
}

/** The record has names up to the first blank: `operator` for `operator new[](unsigned long)`. */
function firstWord(name: string | undefined): string | undefined {
  return name?.split(' ')[0];
}

/** In order, repeats dropped; of a run's leaks the first. Addresses differ from run to run and are left out. */
function comparable(reports: readonly RecordedReport[]): RecordedReport[] {
  const seen = new Set<string>();
  return reports
    .map((one) => ({ ...one, kind: one.kind.replaceAll(/0x[0-9a-f]{6,}/g, '<address>') }))
    .filter(({ tool, kind, line }) => {
      const key = tool === 'lsan' ? tool : JSON.stringify([tool, kind, line]);
      return !seen.has(key) && seen.add(key) !== undefined;
    });
}

/** Rows whose reports differ from the record. */
function mismatches(runs: readonly { id: string; file: string; run: Run }[]): unknown[] {
  return runs.flatMap(({ id, file, run }) => {
    const ours = comparable(
      parseSanitizerReports(run.stderr).map((report) => inTheirWords(report, file)),
    );
    const theirs = comparable(run.reports);
    return JSON.stringify(sorted(ours)) === JSON.stringify(sorted(theirs))
      ? []
      : [{ id, ours, theirs }];
  });
}

function sorted(reports: readonly RecordedReport[]): unknown {
  return reports.map((one) => Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe('recorded sanitizer runs', () => {
  itWithData('are read as recorded: both runs of all 416 Juliet programs', juliet, (file) => {
    const runs = rowsOf<JulietRow>(file).flatMap(({ id, bad, good }) => [
      { id: `${id} bad`, file: 'case.cpp', run: bad },
      { id: `${id} good`, file: 'case.cpp', run: good },
    ]);
    expect(runs.length).toBe(832);
    expect(runs.filter(({ run }) => run.reports.length > 0).length).toBe(391);
    expect(mismatches(runs)).toEqual([]);
  });

  itWithData('are read as recorded: all 36 runs of LLVM’s own tests', llvm, (file) => {
    const runs = rowsOf<LlvmRow>(file).map((row) => ({ id: row.id, file: row.file, run: row }));
    expect(runs.length).toBe(36);
    expect(runs.every(({ run }) => run.reports.length > 0)).toBe(true);
    expect(mismatches(runs)).toEqual([]);
  });

  itWithData('tell each leak at its allocation', juliet, (file) => {
    let leaks = 0;
    for (const { bad, good } of rowsOf<JulietRow>(file))
      for (const { stderr } of [bad, good]) {
        // The simplest reader of all: for every leak the first line number in the file below it.
        const lines = stderr
          .split(/^(?=(?:Direct|Indirect) leak)/m)
          .slice(1)
          .map((one) => Number(/case\.cpp:(\d+)/.exec(one)?.[1]));
        const found = parseSanitizerReports(stderr)
          .filter(({ tool }) => tool === 'lsan')
          .map((report) => inTheirWords(report, 'case.cpp').line);
        expect(found).toEqual([...new Set(lines)]);
        leaks += lines.length;
      }
    expect(leaks).toBeGreaterThan(100);
  });

  itWithData('name a kind of UBSan’s own for every message', juliet, (file) => {
    for (const { bad } of rowsOf<JulietRow>(file))
      for (const { kind } of parseSanitizerReports(bad.stderr))
        expect(kind).not.toMatch(/undefined-behavior|^error$/);
  });

  itWithData('lie where NIST says that the flaw is, as often as recorded', juliet, (file) => {
    const counted: Record<string, number> = { exact: 0, near: 0, other: 0, silent: 0 };
    for (const { id, source, bad, flaws, relation } of rowsOf<JulietRow>(file)) {
      const [first] = sanitizerDiagnostics(
        parseSanitizerReports(bad.stderr),
        viewOf('case', source),
      );
      const line = first?.position?.line;
      const lines = flaws.map(({ code_line }) => code_line);
      const ours =
        line === undefined
          ? 'silent'
          : lines.includes(line)
            ? 'exact'
            : lines.some((flaw) => line > flaw && line - flaw <= 6)
              ? 'near'
              : 'other';
      expect([id, ours]).toEqual([id, relation]);
      counted[ours]++;
    }
    expect(counted).toEqual({ exact: 251, near: 61, other: 13, silent: 91 });
  });

  itWithData(
    'lie where LLVM’s authors say that the fault is, as often as recorded',
    llvm,
    (file) => {
      const expected = rowsOf<LlvmRow>(file).map((row) => {
        const name = path.basename(row.file, path.extname(row.file));
        const view = {
          ...viewOf(name, row.source),
          fileKind: (one: string) =>
            path.basename(one) === row.file ? ('program' as const) : ('library' as const),
        };
        const [first] = sanitizerDiagnostics(parseSanitizerReports(row.stderr), view);
        expect(first.span.precision).not.toBe('none');
        const isExpected = row.expected_lines.includes(first.position?.line ?? 0);
        expect([row.id, isExpected]).toEqual([row.id, row.first_line_expected]);
        return isExpected;
      });
      expect(expected.filter(Boolean).length).toBe(30);
    },
  );

  itWithData(
    'say nothing that differs from run to run, and tell one fault once',
    juliet,
    (file) => {
      for (const { id, source, bad } of rowsOf<JulietRow>(file)) {
        const found = sanitizerDiagnostics(
          parseSanitizerReports(bad.stderr),
          viewOf('case', source),
        );
        for (const { message } of found)
          expect(message).not.toMatch(/0x[0-9a-f]{6,}|==\d+==|\bT0\b/);
        const divisions = found.filter(({ kind }) => /divide|FPE/.test(kind));
        if (id.startsWith('CWE369')) expect(divisions.length).toBe(1);
        const titles = found.filter(({ kind }) => kind === 'heap-use-after-free');
        for (const { frames } of titles)
          expect(frames.map((frame) => frame.function).join()).toMatch(/freed by.*allocated by/);
      }
    },
  );
});
