import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stitch } from '../../src/diagnostics/index.js';
import type { ProgramView } from '../../src/diagnostics/index.js';

/** Real reports of g++ 12.2 (Debian 12) on the sources beside them. */
export function fixture(name: string): string {
  return readFileSync(
    fileURLToPath(new URL(`../fixtures/diagnostics/${name}`, import.meta.url)),
    'utf8',
  );
}

/** The whole fixture source as the completion. */
export function viewOfSource(name: string): ProgramView {
  const file = `${name}.cpp`;
  return {
    map: stitch([{ name: 'completion', text: fixture(file) }]),
    fileKind: (path) => (path === file ? 'program' : 'library'),
    shownAs: (path) => path,
    clean: (text) => text,
    resolve: () => [],
  };
}

export function textAt(source: string, span: { start: number; end: number }): string {
  return Buffer.from(source).subarray(span.start, span.end).toString('utf8');
}
