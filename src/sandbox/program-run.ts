import type { Diagnostic } from '../records.js';
import type { Execution } from './execution.js';

/** A run, before it is read: for all cases that are code, for one input, or for nothing but itself. */
export interface PlannedRun {
  cases: number[];
  /** Without the isolation's own words. */
  command: string[];
  /** `null`: the supervisor brought nothing back. */
  execution: Execution | null;
}

/** One run of the program: for all cases that are code, or for one that is an input. */
export interface ProgramRun {
  /** Indices of the cases it was for; none: it was only run. */
  cases: number[];
  execution: Execution;
  /** Without the isolation's own words. */
  command: string[];
  reading: RunReading;
}

/** What a toolchain makes of one run: its language's own reports. */
export interface RunReading {
  /** Errors, in order. A failed assertion of the tests, not of the program, has kind `failed-test`. */
  findings: Diagnostic[];
  /** Why our own tools, not the program, failed; `null` when they did not. */
  trouble: string | null;
  /** Where the program was when a limit ended it; `null` where no stack could be had. */
  stoppedAt: Pick<Diagnostic, 'position' | 'span' | 'frames'> | null;
  /** The tools say themselves that a limit was reached, and not by the program's fault alone. */
  memoryLimit: Diagnostic | null;
  /** The exit code is that of a tool which found something, not the program's own. */
  exitIsTools: boolean;
  /** Standard error without what differs from run to run. */
  stderr: string;
}
