import type { SanitizerStack } from './frames.js';

/** One report of a sanitizer, or of the runtime before it aborts. */
export interface SanitizerReport {
  /** `runner`: the C++ runtime or libc ended the program (an exception, an assertion, a bad `free`). */
  tool: 'asan' | 'ubsan' | 'lsan' | 'runner';
  kind: string;
  /** Without addresses and process ids: the same fault reads the same in every run. */
  message: string;
  /** Where the report itself says that the fault is: UBSan, and `assert` (a line, no column). */
  place: { file: string; line: number; column: number | null } | null;
  stacks: SanitizerStack[];
  /** The report's own process cannot go on (a signal, an abort). */
  deadly: boolean;
}
