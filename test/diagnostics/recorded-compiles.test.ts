import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect } from 'vitest';
import {
  compilerDiagnostic,
  parseCompilerOutput,
  parseSanitizerReports,
  sanitizerDiagnostics,
  stitch,
} from '../../src/diagnostics/index.js';
import type { CompilerFinding, ProgramView } from '../../src/diagnostics/index.js';
import { itWithData } from '../data.js';

/** A completion of Qwen2.5-Coder: what its authors' g++ 9 said (`result`), and what g++ 12 did (`gxx`). */
interface Row {
  task_id: string;
  prompt: string;
  generation: string;
  code: string;
  passed: boolean;
  result: string;
  gxx: {
    compiled: boolean;
    /** The first five. */
    errors?: { line: number; col: number; msg: string }[];
    assert_line?: number;
  };
}

const data = ['model-completions', 'humaneval_cpp_qwen2.5-coder-1.5b-base.jsonl.gz'];

function rowsOf(file: string): Row[] {
  const text = gunzipSync(readFileSync(file)).toString('utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
}

/** `test.cpp` is the prompt, the completion and the tests, as the data set ran them. */
function viewOf({ prompt, generation, code }: Row): ProgramView {
  const own = generation.startsWith(prompt) ? generation.slice(prompt.length) : '';
  const start = code.startsWith(generation) ? prompt.length : 0;
  return {
    map: stitch([
      { name: 'prefix', text: code.slice(0, start) },
      { name: 'completion', text: own },
      { name: 'suffix', text: code.slice(start + own.length) },
    ]),
    fileKind: (name) => (name === 'test.cpp' ? 'program' : 'library'),
    shownAs: (name) => name,
    clean: (text) => text,
    resolve: () => [],
  };
}

const plainQuotes = (text: string): string => text.replaceAll(/[‘’]/g, "'").trim();

describe('recorded compiles of model completions', () => {
  itWithData('name the errors that g++ 12 names, where the older text has them', data, (file) => {
    const failed = rowsOf(file).filter(({ gxx }) => !gxx.compiled);
    expect(failed.length).toBe(7);
    let errors = 0;
    let sameColumn = 0;
    for (const { result, gxx } of failed) {
      const findings = parseCompilerOutput(result.replace(/^failed: compilation error: /, ''));
      const places = findings.flatMap((one: CompilerFinding) => [
        { ...one.place, message: one.message },
        // What g++ 12 calls an error of a candidate, g++ 9 told as a note.
        ...one.related,
      ]);
      for (const { line, col, msg } of gxx.errors ?? []) {
        const twins = places.filter(
          (one) => one.line === line && plainQuotes(one.message ?? '') === plainQuotes(msg),
        );
        const isParameter = /^type\/value mismatch/.test(msg);
        // g++ 9 lists template parameters in other words: only the line and the beginning agree.
        const found = isParameter
          ? places.filter(
              (one) => one.line === line && /type\/value mismatch/.test(one.message ?? ''),
            )
          : twins;
        expect([msg, found.length > 0]).toEqual([msg, true]);
        errors++;
        if (found.some(({ column }) => column === col)) sameColumn++;
      }
    }
    expect(errors).toBe(17);
    // For a call without a match g++ 9 points at its closing bracket, g++ 12 at its opening one.
    expect(sameColumn).toBe(10);
  });

  itWithData('blame the completion for every error in it, and the tests for none', data, (file) => {
    for (const row of rowsOf(file).filter(({ gxx }) => !gxx.compiled)) {
      const view = viewOf(row);
      const text = row.result.replace(/^failed: compilation error: /, '');
      const source = (name: string): string | null => (name === 'test.cpp' ? row.code : null);
      for (const finding of parseCompilerOutput(text, { source })) {
        const { span, position } = compilerDiagnostic(finding, view);
        const part = position === null ? '' : view.map.partAt(position.line, position.column);
        expect([row.task_id, finding.message, span.precision !== 'none']).toEqual([
          row.task_id,
          finding.message,
          part === 'completion',
        ]);
      }
    }
  });

  itWithData('say in which line which assertion failed', data, (file) => {
    const rows = rowsOf(file).filter(({ result }) => result.includes('Assertion'));
    expect(rows.length).toBe(80);
    let agreeing = 0;
    for (const row of rows) {
      const view = viewOf(row);
      const [diagnostic, ...others] = sanitizerDiagnostics(parseSanitizerReports(row.result), view);
      expect(others).toEqual([]);
      expect(diagnostic).toMatchObject({ tool: 'runner', kind: 'assertion-failure' });
      const line = diagnostic.position?.line ?? 0;
      const statement = row.code.split('\n')[line - 1].trim();
      expect(`Assertion \`${statement.slice('assert('.length, -2)}' failed.`).toBe(
        diagnostic.message,
      );
      // The tests stand behind the completion: no token of it is to blame.
      expect(diagnostic.span).toEqual({ precision: 'none', reason: 'harness line (suffix)' });
      // g++'s sanitizers ended one program before its assertion could fail.
      if (row.gxx.assert_line === line) agreeing++;
    }
    expect(agreeing).toBe(79);
  });
});
