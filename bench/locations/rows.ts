/** Test data in which somebody recorded where the fault lies, each program with the job that judges it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { JudgeJob } from '../../src/sandbox/index.js';

export type SanitizerTool = 'asan' | 'ubsan' | 'lsan';

/** A report that g++'s sanitizers gave on the program as the data's authors built it. */
export interface RecordedReport {
  tool: SanitizerTool;
  /** Of the first frame in the program; for a leak that of its allocation. */
  line: number;
}

export interface SanitizerRow {
  data: 'Juliet, bad half' | 'Juliet, good half' | 'LLVM';
  id: string;
  job: JudgeJob;
  /** In the order printed; only the first leak of a run is among them. */
  recorded: RecordedReport[];
  /** Lines of the further leaks in the recorded text. */
  furtherLeaks: number[];
  /** Lines that the program's authors name; none for a good half. */
  authors: number[];
  /** How near the first recorded report comes to the authors' line; `null` where there is nothing to come near to. */
  attainable: Distance | null;
}

/** `near`: up to 6 lines after the line that was named. */
export type Distance = 'exact' | 'near' | 'other';

interface JulietCase {
  id: string;
  source: string;
  flaws: { code_line: number }[];
  relation: Distance | 'silent';
  bad: Observed;
  good: Observed;
}

interface LlvmCase {
  id: string;
  args: string[];
  source: string;
  expected_lines: number[];
  reports: RecordedReport[];
  first_line_expected: boolean;
}

interface Observed {
  reports: RecordedReport[];
  stderr: string;
}

/** A program and what a model's answer came to, with g++'s own words on it. */
export interface ModelRow {
  id: string;
  passed: boolean;
  job: JudgeJob;
  /** The first error; `null` where it compiles. */
  error: { line: number; column: number } | null;
  sanitizer: RecordedReport | null;
  /** Of the assertion that failed. */
  assertLine: number | null;
}

/**
 * Every Juliet case twice: with its bad path only and with its good path only. The file is the
 * completion, so a line of the completion is a line of the file; what chooses the path goes before.
 * @param folder of the data set itself, `juliet-cpp`
 */
export function julietRows(folder: string): SanitizerRow[] {
  const header = readFileSync(join(folder, 'std_testcase.h'), 'utf8');
  const cases = readRows<JulietCase>(folder, 'cases.jsonl.gz');
  return cases.flatMap(({ id, source, flaws, relation, bad, good }): SanitizerRow[] => {
    const jobWithout = (path: string): JudgeJob => ({
      language: 'cpp',
      completion: source,
      tests: {
        includes: '',
        prefix: `#define INCLUDEMAIN\n#define OMIT${path}\n`,
        suffix: '',
        cases: [],
        files: { 'std_testcase.h': header },
      },
    });
    return [
      {
        data: 'Juliet, bad half',
        id,
        job: jobWithout('GOOD'),
        recorded: bad.reports.map(placeOf),
        furtherLeaks: leakLines(bad.stderr).slice(1),
        authors: flaws.map(({ code_line }) => code_line),
        attainable: relation === 'silent' ? null : relation,
      },
      {
        data: 'Juliet, good half',
        id,
        job: jobWithout('BAD'),
        recorded: good.reports.map(placeOf),
        furtherLeaks: leakLines(good.stderr).slice(1),
        authors: [],
        attainable: null,
      },
    ];
  });
}

/** LLVM's tests (`llvm-sanitizer-tests`); they were recorded without a look for leaks. */
export function llvmRows(folder: string): SanitizerRow[] {
  return readRows<LlvmCase>(folder, 'cases.jsonl.gz').map((row) => ({
    data: 'LLVM',
    id: row.id,
    // They end with exit codes of their own: the verdict is that of a failed run, its findings are the same.
    job: wholeProgram(row.source, row.args),
    recorded: row.reports.map(placeOf),
    furtherLeaks: [],
    authors: row.expected_lines,
    attainable: row.first_line_expected ? 'exact' : 'other',
  }));
}

/** C++ answers of a language model to HumanEval, with its asserts (`model-completions`). */
export function modelRows(folder: string): ModelRow[] {
  interface Completion {
    task_id: string;
    code: string;
    passed: boolean;
    gxx: {
      errors?: { line: number; col: number }[];
      sanitizer?: RecordedReport | null;
      assert_line?: number | null;
    };
  }
  const name = 'humaneval_cpp_qwen2.5-coder-1.5b-base.jsonl.gz';
  return readRows<Completion>(folder, name).map(({ task_id, code, passed, gxx }) => {
    const [error] = gxx.errors ?? [];
    return {
      id: task_id,
      passed,
      job: wholeProgram(code),
      error: error === undefined ? null : { line: error.line, column: error.col },
      sanitizer: gxx.sanitizer ?? null,
      assertLine: gxx.assert_line ?? null,
    };
  });
}

function placeOf({ tool, line }: RecordedReport): RecordedReport {
  return { tool, line };
}

function wholeProgram(completion: string, args: string[] = []): JudgeJob {
  const cases = [{ stdin: '', expected: null, args }];
  return { language: 'cpp', completion, tests: { includes: '', prefix: '', suffix: '', cases } };
}

/** Lines in `case.cpp` where the leaks of a recorded text were allocated. */
function leakLines(stderr: string): number[] {
  const leaks = stderr.split(/^(?=Direct leak|Indirect leak)/m).slice(1);
  return leaks.flatMap((leak) => {
    const line = /^ +#\d+ .*\bcase\.cpp:(\d+)/m.exec(leak)?.[1];
    return line === undefined ? [] : [Number(line)];
  });
}

function readRows<T>(folder: string, name: string): T[] {
  const text = gunzipSync(readFileSync(join(folder, name))).toString('utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}
