import type { Maps } from './compiler.js';
import type { ConvertResult, Diagnostic } from './tslab.js';

/** What the compiler's thread can be asked. Each call has one argument object and one result. */
export interface Calls {
  convert: {
    ask: { previous: string; source: string };
    result: { converted: ConvertResult; maps: Maps | null };
  };
  addModule: { ask: { name: string; content: string; meta: unknown }; result: Diagnostic[] };
  metadata: { ask: { source: string }; result: { module?: string; mode?: string } };
  complete: {
    ask: { previous: string; source: string; position: number };
    result: FoundNames | null;
  };
  hint: {
    ask: { previous: string; source: string; position: number };
    result: FoundHint | null;
  };
  whole: { ask: { source: string }; result: { whole: boolean; indent: number } };
}

export interface FoundNames {
  start: number;
  end: number;
  names: { name: string; kind: string }[];
}

export interface FoundHint {
  /** The signature of a call, its parts told apart, or the type of a name. */
  before: string;
  current: string;
  after: string;
  /** Of the parameter, else of the function or name. */
  documentation: string;
}

export type CallName = keyof Calls;

export interface CallMessage {
  id: number;
  name: CallName;
  ask: Calls[CallName]['ask'];
  /** The asker sleeps until the answer is there, on a port of its own. */
  isSync: boolean;
}

export interface ReplyMessage {
  id: number;
  result?: unknown;
  error?: string;
}

export interface ThreadData {
  libraryTypes: string;
  /** Set to 1 when a synchronous answer is there. */
  flag: SharedArrayBuffer;
}
