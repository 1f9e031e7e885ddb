import { createRequire } from 'node:module';

/** The parts of tslab 1.0.22 that are used here; its own declarations lead into its compiler. */
export interface Converter {
  convert(previous: string, source: string): ConvertResult;
  inspect(previous: string, source: string, position: number): QuickInfo | undefined;
  complete(previous: string, source: string, position: number): CompletionInfo;
  addModule(name: string, content: string, meta?: unknown): Diagnostic[];
  close(): void;
}

export interface ConvertResult {
  diagnostics: Diagnostic[];
  output?: string;
  declOutput?: string;
  hasToplevelAwait?: boolean;
  lastExpressionVar?: string;
  sideOutputs?: { path: string; data: string }[];
}

export interface Diagnostic {
  start: Position;
  end: Position;
  messageText: string;
  code: number;
  /** Of a file beside the prompt. */
  fileName?: string;
}

/** 0-based; characters are UTF-16 units. */
export interface Position {
  offset: number;
  line: number;
  character: number;
}

export interface CompletionInfo {
  start: number;
  end: number;
  /** Sorted. */
  candidates: string[];
  original?: { entries: { name: string; kind: string; kindModifiers?: string }[] };
}

export interface QuickInfo {
  displayParts?: TextPart[];
  documentation?: TextPart[];
}

export interface TextPart {
  text: string;
}

export interface Executor {
  execute(source: string): Promise<boolean>;
  interrupt(): void;
  /** What the lines declared, by name. */
  locals: Record<string, unknown>;
}

const require = createRequire(import.meta.url);

/** A module of tslab, or of a package that tslab depends on, as tslab itself would load it. */
export const tslabRequire = createRequire(require.resolve('tslab/dist/main.js'));
