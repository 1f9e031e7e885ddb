import type { ByteSpan, Outcome, RewardResult, Verdict } from '../../records.js';
import type { ExpectedVerdict } from '../../tasks/examples/index.js';
import type { ErrorSpan } from '../built-set.js';

export const pipelineStages = ['examples', 'compiled', 'rewards', 'dataset'] as const;

export type PipelineStage = (typeof pipelineStages)[number];

export const sides = ['chosen', 'rejected'] as const;

export type Side = (typeof sides)[number];

/** `examples/index.json`: which examples there are, and what each was made of. */
export interface ExampleIndex {
  version: 1;
  /** The folder, or the task with its options. */
  source: string;
  examples: { name: string; inputs: string }[];
  /** Problems that gave no example. */
  leftOut: { name: string; inputs: string; reason: string }[];
}

/** `compiled/NAME.json`: what compiler, sanitizers, runner and tests say of both sides. */
export interface CompiledExample {
  version: 1;
  name: string;
  kind: string;
  /** SHA-256 of what it follows from: it is judged anew when that changes. */
  inputs: string;
  chosen: SideFeedback;
  rejected: SideFeedback;
}

export interface SideFeedback {
  /** The judged text with its starter, in the folder of the example. */
  file: string;
  outcome: Outcome;
  expected: ExpectedVerdict;
  /** How it differs from what was expected; `null`: it does not. */
  difference: string | null;
  testsPassed: number;
  testsTotal: number;
  findings: FoundPlace[];
  /** The commands, as one would type them. */
  commands: string[];
  verdict: Verdict;
}

/** A finding, and what stands at its place. */
export interface FoundPlace {
  tool: string;
  severity: 'error' | 'warning';
  kind: string;
  message: string;
  /** Line and column (bytes) of the file, from 1; `null` where it has no place in it. */
  line: number | null;
  column: number | null;
  /** Bytes of the completion, which is the file behind the starter. */
  span: ByteSpan | null;
  /** The text there. */
  text: string | null;
  /** Why it has no place. */
  reason: string | null;
}

/** `rewards/NAME.json`: what both sides earn, token by token. */
export interface RewardedExample {
  version: 1;
  name: string;
  kind: string;
  inputs: string;
  tokenizer: string;
  chosen: SideRewards;
  rejected: SideRewards;
}

export interface SideRewards {
  /** Weighted sum; `null`: unscorable. */
  reward: number | null;
  rewards: RewardResult[];
  /** Where the errors lie that a token-level loss acts on, in bytes of the completion. */
  spans: ErrorSpan[];
  /**
   * Who located them: the tools; nobody but the example (the stated line of a wrong answer, the place
   * of a corruption); or nobody.
   */
  locatedBy: 'tools' | 'example' | null;
  tokens: RewardedToken[];
}

export interface RewardedToken {
  index: number;
  id: number;
  /** Bytes that a token boundary cuts out of a character are written `\xE2`. */
  text: string;
  /** Bytes of the completion. */
  start: number;
  end: number;
  /** Of the file. */
  line: number;
  /** The strongest of the reward spans that it lies in, 0 where it is in none. */
  reward: number;
  /** 1 where an error reaches it, as `errors` of token weights counts. */
  reached: 0 | 1;
  /** Kinds of the findings, or of the stated fault, that reached it. */
  findings: string[];
}
