import { SourceMap } from 'node:module';
import type { SourceMapPayload } from 'node:module';
import type { Maps } from './compiler.js';

/** 0-based. */
export interface Place {
  line: number;
  column: number;
}

/** Where a place of the executed JavaScript lies in the text as it was typed; `null`: in none of it. */
export function typedPlace(maps: Maps, place: Place): Place | null {
  const modules = entryAt(maps.modules, place);
  const typed = modules && entryAt(maps.typed, modules);
  // tslab puts one line before the text.
  return typed && typed.line > 0 ? { line: typed.line - 1, column: typed.column } : null;
}

function entryAt(map: string, { line, column }: Place): Place | null {
  const found = new SourceMap(JSON.parse(map) as SourceMapPayload).findEntry(line, column);
  if (!('originalLine' in found)) return null;
  return { line: found.originalLine, column: found.originalColumn };
}
