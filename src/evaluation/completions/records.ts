/** Completions that were made apart from their evaluation, here or elsewhere. */
import type { FinishReason, Language, Problem } from '../../records.js';
import type { BadRow } from '../../tasks/index.js';
import type { EvaluationSettings } from '../records.js';

/**
 * `rlsf`: a file of `rlsf generate`. `samples`: JSON lines with `task_id` and `completion`, as
 * HumanEval has them. `solutions`: with `solution`, as EvalPlus has them. `generations`: with `prompt`
 * and `generation`, which repeats the prompt. `multipl-e`: one JSON file a problem. `bigcode`: a list
 * of lists, as bigcode-evaluation-harness saves them.
 */
export type CompletionFormat =
  'rlsf' | 'samples' | 'solutions' | 'generations' | 'multipl-e' | 'bigcode';

/** One completion as it stands in its file. */
export interface FoundCompletion {
  /** `samples.jsonl:17` */
  place: string;
  /** The problem, as the file names it; `null` where it has the order of the task alone. */
  problem: string | null;
  text: string;
  /** Behind the prompt; the prompt and what is behind it; or a whole program, with or without it. */
  kind: 'completion' | 'with-prompt' | 'program';
  /** As the policy read it, where the file tells. */
  prompt: string | null;
  finishReason: FinishReason | null;
  tokens: number | null;
}

/** What a file or folder of completions holds. */
export interface CompletionSet {
  /** File or folder. */
  source: string;
  format: CompletionFormat;
  completions: FoundCompletion[];
  /** Rows that were left out under `malformed: 'skip'`. */
  skipped: BadRow[];
  /** MultiPL-E's files bring prompt and tests. */
  problems?: Problem[];
  /** The language, where the file names it. */
  language?: Language;
  /** Of a file of `rlsf generate`. */
  made?: MadeCompletions;
}

/** How the task is opened again and its problems drawn. */
export interface TaskDraw {
  name: string;
  path: string | null;
  language: Language | null;
  heldOutShare: number | null;
  shotSeed: number;
  split: string;
  /** `null`: all of the split. */
  n: number | null;
  seed: number;
}

/** A file of `rlsf generate`. */
export interface MadeCompletions {
  format: 'rlsf-completions';
  version: 1;
  name: string;
  task: TaskDraw;
  numSamples: number;
  settings: Omit<EvaluationSettings, 'toolchain' | 'isolation' | 'completions'>;
  problems: MadeProblem[];
}

/** The completions of one problem in it. */
export interface MadeProblem {
  problem_id: string;
  prompt: string;
  completions: { completion: string; finish_reason: FinishReason; tokens: number }[];
}
