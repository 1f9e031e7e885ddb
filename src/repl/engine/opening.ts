/** What an engine begins with: a new session, a saved one, or the folder of a run (read-only). */
export type Opening =
  | { kind: 'new'; options: NewSession }
  | { kind: 'saved'; folder: string }
  | { kind: 'run'; folder: string };

/** Plain words for `openSession`; what is left out has its default there. */
export interface NewSession {
  name?: string;
  policy?: string;
  adapter?: string;
  task?: string;
  split?: string;
  /** A config file. */
  config?: string;
  /** `key=value`, as `--set` takes them. */
  set?: string[];
  seed?: number;
}

/** What the screen gives the engine's process on its command line, as JSON. */
export interface EngineStart {
  opening: Opening;
  columns: number;
  /** Nobody can look at a view: its command prints lines. */
  linesOnly?: boolean;
  /** Opened again after the engine before it was ended: the session is saved there, if anything changed. */
  again: string | null;
}
