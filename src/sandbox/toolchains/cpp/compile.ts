import { compilerDiagnostic, parseGccJson, parseGccText } from '../../../diagnostics/index.js';
import type { CompilerFinding, ProgramView } from '../../../diagnostics/index.js';
import type { Diagnostic, StageRecord } from '../../../records.js';
import type { ProcessResult } from '../../process.js';
import type { Bench } from '../../toolchain.js';
import { linkFlags } from './flags.js';
import { viewOf } from './program.js';
import type { Program } from './program.js';
import type { Compiler } from './toolchain.js';
import { writeSyntaxFile } from './unit.js';

/** Where a unit is being judged. */
export interface Workbench extends Bench {
  compiler: Compiler;
  /** Folders that the worker's user can reach: `rlsf.h`, and `runtime.o`. */
  header: string;
  runtime: string;
  /** The folder with the compiled cases of problems, `<name>.o` each. */
  objects: string;
}

export interface Compiled {
  ok: boolean;
  command: string[];
  result: ProcessResult;
  findings: CompilerFinding[];
  /** The compiler was ended by a limit of ours. */
  overLimit: boolean;
  /** It failed without naming any error: our tooling, not the program. */
  unexplained: boolean;
}

/** Compiles and links `unit.cpp`, with the cases that are compiled already, into `unit`. */
export async function compileUnit(
  bench: Workbench,
  programs: readonly Program[],
  shared: ReadonlySet<string>,
): Promise<Compiled> {
  const { runtime, objects } = bench;
  if (programs[0].tests.compileOnly) return compile(bench, ['-fsyntax-only', 'unit.cpp']);
  const others = [...shared].map((name) => `${objects}/${name}.o`);
  return compile(bench, [
    'unit.cpp',
    ...others,
    `${runtime}/runtime.o`,
    ...linkFlags,
    // A program that is run as it stands must have a `main`; to our own it is optional.
    ...(programs.some(({ runsMain }) => runsMain) ? ['-Wl,--require-defined=main'] : []),
    '-o',
    'unit',
  ]);
}

/** Compiles `shared.cpp` into `shared.o`. */
export async function compileSharedCases(bench: Workbench): Promise<boolean> {
  return (
    await compile(bench, ['-c', 'shared.cpp', '-o', 'shared.o'])
  ).ok;
}

/**
 * The errors of program `k` by itself: what counts when a compile fails, alone or in company, so
 * that the verdict is the same. Empty when the compiler has nothing against it.
 */
export async function confirmErrors(
  bench: Workbench,
  program: Program,
  k: number,
): Promise<{ compiled: Compiled; diagnostics: Diagnostic[] } | null> {
  for (const withCases of [false, true]) {
    const file = await writeSyntaxFile(bench.folder, program, k, withCases);
    const compiled = await compile(bench, ['-fsyntax-only', file]);
    if (!compiled.ok)
      return { compiled, diagnostics: await errorDiagnostics(bench, program, k, compiled, file) };
  }
  return null;
}

/** Errors and the completion's own warnings of a failed compile, each once. */
export async function errorDiagnostics(
  bench: Workbench,
  program: Program,
  k: number,
  compiled: Compiled,
  file: string,
): Promise<Diagnostic[]> {
  const view = viewOf(program, k, () => []);
  let findings = compiled.findings;
  const isLost = (finding: CompilerFinding): boolean =>
    finding.severity === 'error' && !touchesProgram(finding, view);
  if (findings.some(isLost) && file !== '' && bench.compiler.report.format === 'json') {
    // The JSON format leaves out the chain from a template in a header to the user's line.
    const text = await compile(bench, ['-fsyntax-only', file], []);
    const chains = parseGccText(text.result.stderr);
    findings = findings.map((finding) => {
      if (!isLost(finding)) return finding;
      const twin = chains.find(
        ({ place }) =>
          place?.file === finding.place?.file &&
          place?.line === finding.place?.line &&
          place?.column === finding.place?.column,
      );
      return twin === undefined
        ? finding
        : { ...finding, related: [...twin.related, ...finding.related] };
    });
  }
  const diagnostics = findings
    .map((finding) => compilerDiagnostic(finding, view))
    .filter(isWorthTelling);
  if (diagnostics.every(({ severity }) => severity !== 'error'))
    diagnostics.push(plainError(compiled));
  return withoutRepeats(diagnostics);
}

/** The warnings of program `k` in the completion itself; those in prefix, cases and headers are not its. */
export function warningsOf(program: Program, k: number, compiled: Compiled): Diagnostic[] {
  const view = viewOf(program, k, () => []);
  const own = compiled.findings
    .filter(
      ({ severity, place }) =>
        severity === 'warning' && place !== null && view.fileKind(place.file) === 'program',
    )
    .map((finding) => compilerDiagnostic(finding, view));
  return withoutRepeats(own.filter(isWorthTelling));
}

/** Which programs of a failed unit have errors. */
export function suspectsOf(compiled: Compiled, count: number): number[] {
  const named = new Set<number>();
  for (const { severity, place, related } of compiled.findings) {
    if (severity !== 'error') continue;
    for (const one of [...(place === null ? [] : [place]), ...related]) {
      const k = /(?:^|\/)(\d+)\/(?:program|cases)\.cpp$/.exec(one.file)?.[1];
      if (k !== undefined && Number(k) < count) named.add(Number(k));
    }
  }
  return [...named].sort((a, b) => a - b);
}

/** The record of a compile, read as if the program had been the only one. */
export function compileStage(compiled: Compiled, diagnostics: readonly Diagnostic[]): StageRecord {
  const stderr = diagnostics
    .filter(({ tool }) => tool === 'g++' || tool === 'clang++')
    .map(({ position, severity, message, option }) => {
      const at =
        position === null
          ? 'g++'
          : `${position.file}:${position.line}${position.column === null ? '' : `:${position.column}`}`;
      return `${at}: ${severity}: ${message}${option === null ? '' : ` [${option}]`}\n`;
    })
    .join('');
  return {
    stage: 'compile',
    command: compiled.command,
    exitCode: compiled.result.exitCode,
    signal: compiled.result.signal,
    durationMs: compiled.result.durationMs,
    stdout: '',
    stderr: stderr.slice(0, 8192),
    truncated: compiled.result.truncated || stderr.length > 8192,
  };
}

async function compile(
  bench: Workbench,
  args: string[],
  report: readonly string[] = bench.compiler.report.flags,
): Promise<Compiled> {
  const { compiler, header, runtime, objects } = bench;
  const all = [...compiler.flags, ...report, ...args];
  const result = await bench.build({
    command: [compiler.path, ...all],
    readOnly: [header, runtime, objects],
  });
  const { findings, rest } = readFindings(result.stderr, compiler.report.format);
  const ok = result.exitCode === 0;
  const killed =
    /Killed|signal terminated|out of memory|virtual memory exhausted|cannot allocate|CPU time limit|File size limit/i.test(
      rest,
    );
  const overLimit =
    !ok && (result.exitCode === 124 || result.timedOut || result.truncated || killed);
  const errors = findings.filter(({ severity }) => severity === 'error');
  const ours = errors.some(({ message }) =>
    /^rlsf\.h(\.gch)?: |^(\d+\/)?(program|cases)\.cpp: /.test(message),
  );
  // Paths of this machine's cache are no part of what was done.
  const command = [
    compiler.name,
    ...all.map((arg) => arg.replace(`${runtime}/`, '').replace(`${objects}/`, '')),
  ];
  return {
    ok,
    command,
    result,
    findings,
    overLimit,
    unexplained: !ok && (ours || errors.length === 0) && !overLimit,
  };
}

function readFindings(
  stderr: string,
  format: Compiler['report']['format'],
): { findings: CompilerFinding[]; rest: string } {
  if (format === 'text') return { findings: parseGccText(stderr), rest: stderr };
  const { findings, rest } = parseGccJson(stderr);
  return { findings: [...findings, ...parseGccText(rest).filter(({ kind }) => kind === 'link')], rest };
}

function touchesProgram({ place, related }: CompilerFinding, view: ProgramView): boolean {
  return [...(place === null ? [] : [place]), ...related].some(
    ({ file }) => view.fileKind(file) === 'program',
  );
}

/** A warning counts in the user's own text only; an error counts everywhere. */
function isWorthTelling({ severity, span }: Diagnostic): boolean {
  return severity === 'error' || (severity === 'warning' && span.precision !== 'none');
}

function plainError(compiled: Compiled): Diagnostic {
  const message = compiled.overLimit
    ? 'the compiler reached a limit of time or memory'
    : `the compiler failed: ${compiled.result.stderr
        .replaceAll(/\/\S*\//g, '')
        .trim()
        .slice(0, 200)}`;
  return {
    tool: 'g++',
    severity: 'error',
    kind: compiled.overLimit ? 'compiler-limit' : 'error',
    message,
    option: null,
    position: null,
    span: { precision: 'none', reason: 'the tool names no place' },
    frames: [],
  };
}

function withoutRepeats(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter((one) => {
    const key = JSON.stringify([one.severity, one.kind, one.message, one.span, one.position]);
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}
