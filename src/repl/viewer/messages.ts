import type { HeatKind } from '../../rollouts/inspection.js';
import type { Outcome } from '../../records.js';
import type { RolloutSource } from '../engine/protocol.js';
import type { StyledLine } from '../styled.js';

/**
 * What a screen and the viewer's process say to each other. Each kind of question has one kind of
 * answer; while a file is read, `Progress` comes unasked.
 */
export interface Questions {
  /** Rows of the rollouts that fit, in order. */
  page: PageQuestion;
  /** The next rollout whose text holds something. */
  find: FindQuestion;
  /** One rollout in full. */
  inspect: InspectQuestion;
  /** The completions of two rollouts. */
  diff: { source: RolloutSource; first: number; second: number; width: number };
  /** The problems of a task, or of a file. */
  problems: ProblemsQuestion;
  /** One problem in full. */
  problem: { source: ProblemSource; index: number; width: number };
}

export interface Answers {
  page: RolloutPage;
  find: { index: number | null; wrapped: boolean };
  inspect: InspectorPage;
  diff: { lines: StyledLine[] };
  problems: ProblemPage;
  problem: { lines: StyledLine[] };
}

export type QuestionKind = keyof Questions;

export type SortColumn =
  | 'order'
  | 'step'
  | 'group'
  | 'sample'
  | 'problem'
  | 'outcome'
  | 'reward'
  | 'advantage'
  | 'tokens'
  | 'findings'
  | 'kind';

/** Which rollouts, and in which order. */
export interface RolloutQuery {
  sort: SortColumn;
  descending: boolean;
  /** As typed (`filter.ts`); empty: all. */
  filter: string;
  /** Only the group of the rollout at this position. */
  within: number | null;
  /** Only the first so many of the file, so that a page stands still while it grows. */
  limit: number | null;
}

export interface PageQuestion {
  source: RolloutSource;
  query: RolloutQuery;
  offset: number;
  count: number;
  /** Keeps the rollout at this position on this row of the page. */
  anchor?: { position: number; row: number };
  /** The last page instead. */
  end?: boolean;
}

export interface RolloutPage {
  /** Of the first row, in the rollouts that fit. */
  offset: number;
  rows: RolloutRow[];
  /** How many fit. */
  total: number;
  /** Of those that fit, the best outcome first; `unjudged` last. */
  counts: [Outcome | 'unjudged', number][];
  /** Where the anchor came to lie, in the rollouts that fit; `null`: it is not among them. */
  anchor: number | null;
  /** Of the group, where there is one; without what steers a terminal. */
  prompt: string | null;
  progress: Progress;
}

export interface RolloutRow {
  /** In the file, from 0. */
  position: number;
  step: number;
  group: number;
  sample: number;
  problem: string;
  /** `null`: not judged. */
  outcome: Outcome | null;
  /** `null`: none, or unscorable. */
  reward: number | null;
  unscorable: boolean;
  advantage: number | null;
  tokens: number;
  /** Errors and warnings. */
  findings: number;
  /** `asan heap-buffer-overflow, g++ -Wunused-variable`. */
  kind: string;
}

/** How far a file has been read. */
export interface Progress {
  file: string;
  records: number;
  bytes: number;
  total: number;
  /** All that is there has been read. */
  isWhole: boolean;
  /** Lines that are no rollout, and why the first is not. */
  malformed: number;
  firstMalformed: string | null;
  /** Bytes behind the last line end: a line still being written, or torn. */
  tornBytes: number;
  /** Raised when the file was replaced by another one: positions of before mean nothing. */
  generation: number;
}

export interface FindQuestion {
  source: RolloutSource;
  query: RolloutQuery;
  text: string;
  /** Where to begin, in the rollouts that fit; the one there is looked at last. */
  from: number;
  direction: 1 | -1;
}

/** What spreads the reward over the tokens; `stored`: as the record has it. */
export type ShownScheme = 'stored' | 'scalar' | 'span_penalty' | 'process' | 'return_to_go';

export interface InspectQuestion {
  source: RolloutSource;
  position: number;
  width: number;
  /** `null`: the first there is. */
  heat: HeatKind | null;
  scheme: ShownScheme;
  /** Weight of the findings in a scheme that is computed. */
  lambda: number;
  /** `null`: the first that a finding reached, else the first of all. */
  token: number | null;
}

export interface InspectorPage {
  position: number;
  title: string;
  problem: string;
  lines: StyledLine[];
  tokens: number;
  token: number | null;
  /** Of `lines`, the one with the mark under the token; `null` where there is none. */
  tokenLine: number | null;
  /** The token under the cursor: what it is, what it earned. */
  detail: StyledLine[];
  heat: HeatKind | null;
  /** What the heat map can show. */
  heats: HeatKind[];
  /** Tokens that findings reached, each run of them once. */
  blamed: number[];
}

/** A task, or a JSONL file of problems. */
export type ProblemSource = TaskSource | { file: string };

export interface TaskSource {
  task: string;
  /** @default 'train', or the task's first */
  split?: string;
  /** The session's: problems are drawn with it. @default 42 */
  seed?: number;
  /** The first so many alone. @default all */
  n?: number;
  /** `TaskOptions`: where its data is, its prompt format, … */
  options?: Record<string, unknown>;
}

export interface ProblemsQuestion {
  source: ProblemSource;
  filter: string;
  offset: number;
  count: number;
}

export interface ProblemPage {
  title: string;
  offset: number;
  total: number;
  all: number;
  rows: ProblemRow[];
}

export interface ProblemRow {
  index: number;
  id: string;
  /** What tells it from the others. */
  title: string;
  tests: number;
  reference: boolean;
  columns: string;
}

export type ViewerRequest = {
  [Kind in QuestionKind]: { id: number; kind: Kind; question: Questions[Kind] };
}[QuestionKind];

export type ViewerMessage =
  | { type: 'answer'; id: number; answer: Answers[QuestionKind] }
  | { type: 'error'; id: number; message: string }
  | { type: 'progress'; progress: Progress };
