import type { Comparison, Evaluation } from '../../evaluation/records.js';
import type { Figure } from '../figure.js';
import type { PromptAccuracy } from '../prompt-accuracy.js';

/** All that report.html shows, as data: the page is made from it and from nothing else. */
export interface ReportPage {
  run: string;
  /** How the run is named to `rlsf inspect`. */
  place: string;
  /** `finished`, or how far it is. */
  state: string;
  /** What came out, in a sentence; `null` where nothing is measured. */
  summary: string | null;
  facts: [name: string, value: string][];
  /** The main split first. */
  splits: ReportPageSplit[];
  curves: Figure | null;
  /** Kinds of findings over the steps. */
  findings: Figure | null;
  /** `null` where the run sampled nothing. */
  grid: ReportGrid | null;
  files: [name: string, size: string][];
}

export interface ReportPageSplit {
  title: string;
  /** One of them may be missing: an arm of a study, a run that was stopped. */
  before: Evaluation | null;
  after: Evaluation | null;
  /** Of both. */
  comparison: Comparison | null;
}

export interface ReportGrid {
  accuracy: PromptAccuracy;
  cells: ReportCell[];
  /** What was left out of the page and how to see it; `null`: nothing. */
  leftOut: string | null;
}

/** The rollouts of one problem at one step. */
export interface ReportCell {
  problem: string;
  step: number;
  /** `cellHtml` in raw deflate and base64; `null`: left out for size. */
  packed: string | null;
  rollouts: number;
  /** What shows them in the terminal. */
  commands: string[];
}
