import type { SourceOptions } from '../hub/options.js';
import type { Language, Problem, Verdict } from '../records.js';
import type { TaskCorpus } from './corpus.js';

/** A source of problems, read and ready. */
export interface Task {
  name: string;
  summary: string;
  /** The first is the one that is taken where none is named. */
  splits: string[];
  /**
   * Deterministic in its options. Without `n` all of the split. Synthetic tasks refuse an `n` that they
   * cannot make; a data set that has fewer rows gives what it has.
   */
  problems(options: { split: string; n?: number; seed: number }): Problem[];
  /** Texts that end a completion besides the end token. */
  stop: string[];
  /** What a policy can be pre-trained on, where the task makes that too. */
  corpus?: TaskCorpus;
  /** Rows that were left out under `malformed: 'skip'`. */
  skipped?: BadRow[];
  /** What a person should know of the data: no references, no tests. */
  notes?: string[];
  /** Why a reference that fails its tests does so, where that lies in the data; else `null`. */
  knownFailure?(problem: Problem, verdict: Verdict): string | null;
}

/** A row that cannot be used. */
export interface BadRow {
  /** `train.jsonl:17` */
  place: string;
  reason: string;
}

/** How a task is opened, downloads from the Hub included. */
export interface TaskOptions extends SourceOptions {
  /** A file, a folder, or a data set of the Hub (`owner/name`, `owner/name@revision`). @default `data/NAME` */
  path?: string;
  /** One of the adapter's prompt formats. @default its first */
  promptFormat?: string;
  /** One of the adapter's languages. @default its first */
  language?: Language;
  /** What becomes of a row that cannot be used. @default 'fail' */
  malformed?: 'fail' | 'skip';
  /** Share of a set without splits of its own that is kept for evaluation. @default 0.2 */
  heldOutShare?: number;
  /** Which rows become the examples of a few-shot prompt. @default 0 */
  shotSeed?: number;
}

/** A way to problems: one file, and one line in adapters.ts. */
export interface TaskAdapter {
  name: string;
  summary: string;
  /** As far as they are known before it is opened. */
  splits: string[];
  /** Names of its prompt formats, the default first; none: it has one, without a name. */
  promptFormats: string[];
  /** The default first. */
  languages: Language[];
  /** Where its data is to be had; `null` for tasks that make their own. */
  source: string | null;
  open(options: TaskOptions): Promise<Task>;
}
