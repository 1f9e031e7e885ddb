import type { RawFrame } from './frames.js';
import type { SourceMap } from './source-map.js';

/** How one judged program looks from outside. */
export interface ProgramView {
  map: SourceMap;
  /** What a file name of the tool stands for. */
  fileKind(file: string): 'program' | 'harness' | 'library';
  /** The name under which a file is shown. */
  shownAs(file: string): string;
  /** Takes our own additions (namespaces, folders) out of a text. */
  clean(text: string): string;
  /** Source places of a frame that has a module and an offset only; empty when there are none. */
  resolve(frame: RawFrame): RawFrame[];
}

/** Why a place in a file that is not the program's has no span. */
export function reasonOf(kind: 'program' | 'harness' | 'library'): string {
  return kind === 'harness' ? 'harness line (test case)' : 'library line';
}
