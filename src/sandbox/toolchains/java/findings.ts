import { javacDiagnostic } from '../../../diagnostics/index.js';
import type { Diagnostic, StageRecord } from '../../../records.js';
import { partsOfDiagnostic, withoutRepeats } from '../../without-repeats.js';
import type { Compiled } from './compile.js';
import { javacOptions } from './flags.js';
import { viewOf } from './program.js';
import type { Program } from './program.js';
import { sourcesOf } from './sources.js';

/** Errors, and the completion's own warnings, each once. */
export function diagnosticsOf(program: Program, compiled: Compiled): Diagnostic[] {
  const view = viewOf(program);
  const told = compiled.findings
    .map((finding) => javacDiagnostic(finding, view))
    .filter(
      ({ severity, span }) =>
        severity === 'error' || (severity === 'warning' && span.precision !== 'none'),
    );
  const isTold = compiled.ok || told.some(({ severity }) => severity === 'error');
  const all = [...told, ...(isTold ? [] : [plainError(compiled)])];
  return withoutRepeats(all, partsOfDiagnostic);
}

/** The record of a compile, as if javac had been called for this program alone. */
export function compileStage(
  program: Program,
  compiled: Compiled,
  diagnostics: readonly Diagnostic[],
): StageRecord {
  const stderr = diagnostics
    .filter(({ tool }) => tool === 'javac')
    .map(({ position, severity, message, option }) => {
      const at = position === null ? '' : `${position.file}:${position.line}: `;
      const lint = option === null ? '' : `[${option.replace('-Xlint:', '')}] `;
      return `${at}${severity}: ${lint}${message}\n`;
    })
    .join('');
  return {
    stage: 'compile',
    command: [
      'javac',
      ...javacOptions,
      '-cp',
      'driver',
      ...sourcesOf(program).map(([name]) => name),
    ],
    exitCode: compiled.exitCode,
    signal: null,
    durationMs: compiled.durationMs,
    stdout: '',
    stderr: stderr.slice(0, 8192),
    truncated: stderr.length > 8192,
  };
}

function plainError({ overLimit, unexplained }: Compiled): Diagnostic {
  return {
    tool: 'javac',
    severity: 'error',
    kind: overLimit ? 'compiler-limit' : 'error',
    message: overLimit
      ? 'the compiler reached a limit of time or memory'
      : `the compiler failed: ${(unexplained ?? '').trim().slice(0, 200)}`,
    option: null,
    position: null,
    span: { precision: 'none', reason: 'the tool names no place' },
    frames: [],
  };
}
