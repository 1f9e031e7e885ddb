import { inputName } from '../engine/typescript/input-name.js';
import type { PromptCompiler } from '../engine/typescript/compiler.js';
import type { RunInput } from '../engine/typescript/runtime-error.js';
import { tslabRequire } from '../engine/typescript/tslab.js';
import type { ConvertResult, Diagnostic, Executor } from '../engine/typescript/tslab.js';
import { codePoints, utf16Units } from './cursor.js';
import { cellFailure } from './failure.js';
import type { CellFailure } from './failure.js';
import { showLast } from './show-last.js';

/** tslab's executor for cells: they fail with words, and know where they failed. */
export interface CellExecutor extends Executor {
  inspect(source: string, position: number): unknown;
  complete(source: string, position: number): { start: number; end: number };
  /** Of the last cell, if it failed and nobody took it yet. */
  takeFailure(): CellFailure | null;
}

/** Cells whose lines can still be named in a stack. */
const keptCells = 1000;

export function createCellExecutor(options: {
  compiler: PromptCompiler;
  /** The library as cells import it. */
  library(): Record<string, unknown>;
}): CellExecutor {
  const { converter, takeMaps } = options.compiler;
  const cells = new Map<number, RunInput>();
  let cell = newCell(0, '');

  function convert(previous: string, text: string): ConvertResult {
    takeMaps();
    const converted = converter.convert(previous, text);
    cell.converted = converted;
    if (converted.output === undefined) return converted;
    const { number } = cell;
    cells.set(number, { source: cell.source, maps: takeMaps() });
    cells.delete(number - keptCells);
    // V8 takes the name for its stacks from the text.
    return {
      ...converted,
      output: `${converted.output}\n//# sourceURL=${inputName(number)}\n`,
    };
  }

  /** A cell that is a module of its own: it is kept whatever is said of it. */
  function addModule(name: string, content: string, meta: unknown): Diagnostic[] {
    for (const { start, messageText } of converter.addModule(name, content, meta))
      console.error(`${start.line + 1}:${start.character + 1} ${messageText}`);
    return [];
  }

  const node = { ...bound(converter), convert, addModule };
  const { createExecutor } = tslabRequire('./executor.js') as {
    createExecutor(
      folder: string,
      converters: { node: unknown; browser: unknown; close(): void },
      console: { log(value: unknown): void; error(...parts: unknown[]): void },
    ): CellExecutor;
  };
  const executor = createExecutor(
    process.cwd(),
    { node, browser: node, close: () => converter.close() },
    {
      log: (value) => (cell.last = { value }),
      // Findings of the type checker come here too; they are in `converted`.
      error: (error) => (cell.thrown ??= { error }),
    },
  );

  return {
    ...executor,
    async execute(text) {
      cell = newCell(cell.number + 1, text);
      const isWell = await executor.execute(text);
      if (!isWell) cell.failure = await cellFailure({ ...cell, cells });
      else if (cell.last) await showLast(cell.last.value, options.library());
      return isWell;
    },
    inspect: (text, position) => executor.inspect(text, utf16Units(text, position)),
    complete(text, position) {
      const found = executor.complete(text, utf16Units(text, position));
      return { ...found, start: codePoints(text, found.start), end: codePoints(text, found.end) };
    },
    takeFailure() {
      const { failure } = cell;
      cell.failure = null;
      return failure;
    },
  };
}

interface RunningCell {
  number: number;
  source: string;
  converted: ConvertResult | null;
  thrown: { error: unknown } | null;
  /** The value of its last expression. */
  last: { value: unknown } | null;
  failure: CellFailure | null;
}

function newCell(number: number, source: string): RunningCell {
  return { number, source, converted: null, thrown: null, last: null, failure: null };
}

function bound<Of extends object>(of: Of): Of {
  return Object.fromEntries(
    Object.entries(of).map(([name, each]) => [
      name,
      typeof each === 'function' ? (each.bind(of) as unknown) : each,
    ]),
  ) as Of;
}
