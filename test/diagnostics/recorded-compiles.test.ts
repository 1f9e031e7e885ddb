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
import type { ProgramView } from '../../src/diagnostics/index.js';
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
  const start = code.indexOf(generation) + prompt.length;
  const own = generation.slice(prompt.length);
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

const plainQuotes = (text: string): string => text.replaceAll(/[‘’]/g, "'");

describe('recorded compiles of model completions', () => {
  itWithData('name the errors that g++ 12 names, where the older text has them', data, (file) => {
    const failed = rowsOf(file).filter(({ gxx }) => !gxx.compiled);
    expect(failed.length).toBe(7);
    const counted = { same: 0, otherColumn: 0, onlyNewer: 0 };
    for (const { result, gxx } of failed) {
      const found = parseCompilerOutput(result.replace(/^failed: compilation error: /, ''));
      for (const { line, col, msg } of gxx.errors ?? []) {
        const twin = found.find(
          ({ place, message, severity }) =>
            severity === 'error' && place?.line === line && message === plainQuotes(msg),
        );
        // g++ 9 does not say why a candidate of `std::get` falls out.
        if (twin === undefined) expect(msg).toMatch(/^type\/value mismatch at argument 1/);
        // For a call without a match it points at the closing bracket, g++ 12 at the opening one.
        else if (twin.place?.column !== col) expect(msg).toMatch(/^no matching function/);
        counted[
          twin === undefined ? 'onlyNewer' : twin.place?.column === col ? 'same' : 'otherColumn'
        ]++;
      }
    }
    expect(counted).toEqual({ same: 10, otherColumn: 4, onlyNewer: 3 });
  });

  itWithData('blame the completion for what is in it, and the tests for nothing', data, (file) => {
    const counted: Record<string, number> = {};
    for (const row of rowsOf(file).filter(({ gxx }) => !gxx.compiled)) {
      const view = viewOf(row);
      const text = row.result.replace(/^failed: compilation error: /, '');
      const source = (name: string): string | null => (name === 'test.cpp' ? row.code : null);
      for (const finding of parseCompilerOutput(text, { source })) {
        const { span, position } = compilerDiagnostic(finding, view);
        const part = view.map.partAt(position?.line ?? 0, position?.column ?? null);
        const { end } = view.map.completion;
        const isEnd = span.precision !== 'none' && span.start + view.map.completion.start === end;
        // What is missing at the completion's very end is its own fault.
        if (isEnd) expect(finding.message).toBe("expected ')' before '}' token");
        else expect(span.precision !== 'none').toBe(part === 'completion');
        const where = isEnd ? 'its end' : part;
        counted[where] = (counted[where] ?? 0) + 1;
      }
    }
    expect(counted).toEqual({ completion: 9, 'its end': 1, prefix: 4, suffix: 13 });
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
