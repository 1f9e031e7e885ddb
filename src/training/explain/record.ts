import type { Outcome } from '../../records.js';

/** Why a group taught nothing, or less than it could have. */
export type ReasonKind =
  /** All rewards are equal. */
  | 'zero_variance'
  /** Fewer than two completions could be scored. */
  | 'unscorable'
  /** Every completion was cut off and, by the settings, left out of the loss. */
  | 'all_truncated'
  /** No token counts in the loss. */
  | 'all_masked'
  /** Every token that had something to teach was outside the clip range. */
  | 'all_clipped'
  /** The weights of the rewards add up to nothing. */
  | 'zero_weight'
  /** Left out by dynamic sampling. */
  | 'left_out'
  /** Failing completions of which no finding with a place is known. */
  | 'parser_missed'
  /** Completions were cut off at the length limit. */
  | 'token_cap';

export interface Reason {
  kind: ReasonKind;
  /** One sentence: what is the case. */
  sentence: string;
  /** What to do about it. */
  remedy: string;
  /** What the tools said where nothing of it was understood, or what was cut off. */
  text?: string;
}

export interface GroupExplanation {
  group: number;
  problemId: string;
  size: number;
  /** Rewards of the scorable completions. */
  rewards: { min: number; max: number; mean: number; std: number } | null;
  outcomes: Partial<Record<Outcome, number>>;
  /** Tokens that count in the loss, and those of them with an advantage that the clip let through. */
  tokens: { counted: number; teaching: number };
  /** Whether anything of it reached the gradient. */
  taught: boolean;
  /** Gravest first; a group that taught may have some too. */
  reasons: Reason[];
}

/** Why a step did what it did. */
export interface StepExplanation {
  step: number;
  groups: GroupExplanation[];
  taught: number;
  tokens: { counted: number; teaching: number };
  /** What holds for the step as a whole: its learning rate, its gradient, its clip range. */
  notes: StepNote[];
}

export interface StepNote {
  sentence: string;
  remedy: string;
}
