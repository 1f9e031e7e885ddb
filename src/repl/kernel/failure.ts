import { visibleText } from '../../plots/visible.js';
import type { RunInput } from '../engine/typescript/runtime-error.js';
import type { ConvertResult } from '../engine/typescript/tslab.js';
import type { StyledLine } from '../styled.js';

/** What a notebook's front end and nbconvert are told of a cell that failed; names are the protocol's. */
export interface CellFailure {
  ename: string;
  evalue: string;
  traceback: string[];
}

/** Columns of an output in a notebook of usual width. */
const width = 100;

/**
 * The message, the line of the cell that it came from, and the way there through cells and the user's own
 * files: no frames of the library or of the kernel. Of type errors the first few, with their places.
 */
export async function cellFailure(cell: {
  source: string;
  converted: ConvertResult | null;
  thrown: { error: unknown } | null;
  cells: ReadonlyMap<number, RunInput>;
}): Promise<CellFailure> {
  const { source, converted, thrown, cells } = cell;
  const { plainText } = await import('../styled.js');
  if (converted && converted.diagnostics.length > 0) {
    const { diagnosticLines } = await import('../engine/typescript/code-frame.js');
    const [{ messageText }] = converted.diagnostics;
    return {
      ename: 'TypeScript',
      evalue: cut(messageText),
      traceback: texts(diagnosticLines(source, converted.diagnostics, width), plainText),
    };
  }
  const error = thrown?.error;
  if (isInterrupt(error))
    return { ename: 'Interrupted', evalue: 'the cell was stopped', traceback: ['× stopped'] };
  const { runtimeErrorLines } = await import('../engine/typescript/runtime-error.js');
  const { errorText } = await import('../values/error-lines.js');
  return {
    ename: nameOf(error),
    evalue: cut(visibleText(errorText(error))),
    traceback: texts(runtimeErrorLines(error, cells, width), plainText).map(ofCells),
  };
}

/** An error that no cell waits for, in short. */
export async function failureText(error: unknown): Promise<string> {
  const { errorLines } = await import('../values/error-lines.js');
  const { plainText } = await import('../styled.js');
  return texts(errorLines(error, width), plainText).join('\n');
}

function texts(lines: StyledLine[], plainText: (line: StyledLine) => string): string[] {
  return lines.map(plainText).map(cut);
}

/** A thrown text of megabytes would be kept in the notebook. */
function cut(text: string): string {
  return text.length <= 1000 ? text : `${text.slice(0, 999)}…`;
}

/** The prompt numbers its inputs; here they are cells. */
function ofCells(row: string): string {
  return row.replace(/^( +at .*?)\binput (\d+, line \d+\)?)$/, '$1cell $2');
}

function nameOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'name' in error
    ? String(error.name)
    : 'thrown';
}

function isInterrupt(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? error.code : undefined;
  return (
    code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED' || error.message === 'Interrupted asynchronously'
  );
}
