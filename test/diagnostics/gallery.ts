import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { stitch } from '../../src/diagnostics/index.js';
import type { ProgramView } from '../../src/diagnostics/index.js';
import type { DiagnosticSpan } from '../../src/records.js';

/** Programs and what tools say about them; the `record-*.sh` beside them made the reports. */
const root = path.resolve(import.meta.dirname, 'fixtures');

export function recorded(folder: string, name: string): string {
  return readFileSync(path.join(root, folder, name), 'utf8');
}

/** Names of a folder's files that end so, without the ending. */
export function namesOf(folder: string, ending: string): string[] {
  return readdirSync(path.join(root, folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, -ending.length))
    .sort();
}

/** The text of a file that a report names: of the gallery, or of the library. */
export function sourceIn(folder: string): (file: string) => string | null {
  return (file) => {
    const full = path.resolve(root, folder, file);
    return existsSync(full) ? readFileSync(full, 'utf8') : null;
  };
}

/** The whole of one gallery program as the completion; `harness.h` stands for tests. */
export function viewOf(name: string, text: string): ProgramView {
  const isOwn = (file: string): boolean => path.basename(file) === `${name}.cpp`;
  return {
    map: stitch([{ name: 'completion', text }]),
    fileKind: (file) =>
      isOwn(file) ? 'program' : path.basename(file) === 'harness.h' ? 'harness' : 'library',
    shownAs: (file) => file.replace('/build/', ''),
    clean: (message) => message,
    resolve: () => [],
  };
}

/** The text that a span cuts out; `null` where there is none. */
export function blamed(text: string, span: DiagnosticSpan): string | null {
  return span.precision === 'none'
    ? null
    : Buffer.from(text).subarray(span.start, span.end).toString('utf8');
}
