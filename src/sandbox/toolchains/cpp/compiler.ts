import type { HeaderStore } from './headers.js';

/** A C++ compiler, as all compiles of a pool share it. */
export interface Compiler {
  /** Its full path. */
  path: string;
  /** `g++` or `clang++`: how it is named in verdicts and whose messages are read. */
  name: 'g++' | 'clang++';
  version: string;
  flags: string[];
  /** How it is asked for findings that a program can read, and in which form they come. */
  report: { flags: string[]; format: 'json' | 'sarif' | 'text' };
  /** How a compile server is started (compile-server.ts); `null`: every compile by itself. */
  server: string[] | null;
  /** What makes it one. */
  preload: string;
  /** A faster linker, where there is one. */
  linker: string[];
  headers: HeaderStore;
  /** The folder with `runtime.o`, which is linked into every program. */
  runtime: string;
}
