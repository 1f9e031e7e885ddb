import { compilerDiagnostic, withChains } from '../../../diagnostics/index.js';
import type { CompilerFinding, ProgramView } from '../../../diagnostics/index.js';
import type { Diagnostic, StageRecord } from '../../../records.js';
import { partsOfDiagnostic, withoutRepeats } from '../../without-repeats.js';
import { checkSyntax } from './compile.js';
import type { Compiled } from './compile.js';
import { viewOf } from './program.js';
import type { Program } from './program.js';
import { bodyAlone } from './unit.js';
import type { Workbench } from './workbench.js';

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
    const body = bodyAlone(program, k, withCases);
    const compiled = await checkSyntax(bench, body);
    if (!compiled.ok)
      return { compiled, diagnostics: await errorDiagnostics(bench, program, k, compiled, body) };
  }
  return null;
}

/** Errors and the completion's own warnings of a failed compile, each once. */
export async function errorDiagnostics(
  bench: Workbench,
  program: Program,
  k: number,
  compiled: Compiled,
  body: string | null,
): Promise<Diagnostic[]> {
  const view = viewOf(program, k, () => []);
  let findings = compiled.findings;
  const isLost = (finding: CompilerFinding): boolean =>
    finding.severity === 'error' && !touchesProgram(finding, view);
  if (findings.some(isLost) && body !== null && bench.compiler.report.format === 'json') {
    // The JSON format leaves out the chain from a template in a header to the user's line.
    const text = await checkSyntax(bench, body, []);
    findings = withChains(findings, text.findings);
  }
  const diagnostics = findings
    .map((finding) => compilerDiagnostic(finding, view))
    .filter(isWorthTelling);
  if (diagnostics.every(({ severity }) => severity !== 'error'))
    diagnostics.push(plainError(compiled));
  return withoutRepeats(diagnostics, partsOfDiagnostic);
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
  return withoutRepeats(own.filter(isWorthTelling), partsOfDiagnostic);
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
    exitCode: compiled.exitCode,
    signal: null,
    durationMs: compiled.durationMs,
    stdout: '',
    stderr: stderr.slice(0, 8192),
    truncated: compiled.truncated || stderr.length > 8192,
  };
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
    : `the compiler failed: ${compiled.stderr
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
