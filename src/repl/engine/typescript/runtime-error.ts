import path from 'node:path';
import { visibleText } from '../../../plots/visible.js';
import type { StyledLine } from '../../styled.js';
import { fitLine, line, span } from '../../styled.js';
import { errorLines } from '../../values/index.js';
import { frameLines } from './code-frame.js';
import type { Maps } from './compiler.js';
import { typedPlace } from './line-map.js';

/** An input that was run, by its number: what its lines of JavaScript come from. */
export interface RunInput {
  source: string;
  maps: Maps | null;
}

/**
 * What was thrown, the line of the prompt that it came from, and the way there through inputs and the
 * user's own files. Frames of the library, of packages and of Node are left out.
 */
export function runtimeErrorLines(
  error: unknown,
  inputs: ReadonlyMap<number, RunInput>,
  width: number,
): StyledLine[] {
  const frames = framesOf(error, inputs).filter(
    ({ text }, index, list) => text !== list[index - 1]?.text,
  );
  const [first] = frames;
  // A single line that is all of the input says where it is by itself.
  if (frames.length === 1 && first.source?.includes('\n') === false)
    return errorLines(error, width);
  return [
    ...errorLines(error, width),
    ...(first?.source === undefined
      ? []
      : frameLines(first.source, { start: first.start, end: first.start }, width)),
    ...frames.slice(0, 6).map((frame) => fitLine(line(span(`    at ${frame.text}`, 'dim')), width)),
  ];
}

interface Frame {
  text: string;
  source?: string;
  start: { offset: number; line: number; character: number };
}

function framesOf(error: unknown, inputs: ReadonlyMap<number, RunInput>): Frame[] {
  const stack = stackOf(error);
  return stack
    .split('\n')
    .filter((row) => /^\s+at /.test(row))
    .flatMap((row) => {
      const frame = inputFrame(row, inputs) ?? fileFrame(row);
      return frame ? [frame] : [];
    });
}

function inputFrame(row: string, inputs: ReadonlyMap<number, RunInput>): Frame | null {
  const found = /^\s+at (?:(.*?) \()?.*?rlsf-input-(\d+):(\d+):(\d+)\)?$/.exec(row);
  if (!found) return null;
  const input = inputs.get(Number(found[2]));
  const run = { line: Number(found[3]) - 1, column: Number(found[4]) - 1 };
  const place = input?.maps ? typedPlace(input.maps, run) : null;
  if (!input || !place) return null;
  const name = (found[1] ?? '').replace(/^(async )?(Proxy|Object)\./, '$1');
  const where = `input ${found[2]}, line ${place.line + 1}`;
  return {
    text: visibleText(name === '' ? where : `${name} (${where})`),
    source: input.source,
    start: { offset: 0, line: place.line, character: place.column },
  };
}

/** A file of the user's: below the working directory, and of no package. */
function fileFrame(row: string): Frame | null {
  const found = /^\s+at (?:(.*?) \()?(?:file:\/\/)?(\/.*?):(\d+):(\d+)\)?$/.exec(row);
  if (!found) return null;
  const relative = path.relative(process.cwd(), found[2]);
  const isOther =
    relative.startsWith('..') ||
    relative.split(path.sep).some((part) => ['node_modules', 'dist', 'src'].includes(part));
  if (isOther) return null;
  const place = `${relative}:${found[3]}:${found[4]}`;
  const text = found[1] === undefined ? place : `${found[1]} (${place})`;
  return { text: visibleText(text), start: { offset: 0, line: 0, character: 0 } };
}

function stackOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('stack' in error)) return '';
  return typeof error.stack === 'string' ? error.stack : '';
}
