export type { SourceOptions, SourceProgress } from '../../hub/options.js';

export interface Source {
  folder: string;
  /** The Hub id and commit, where it came by one. */
  hub: { name: string; commit: string } | null;
}

/** Which files of a repository are needed. */
export type SourceKind = 'model' | 'tokenizer' | 'adapter';
