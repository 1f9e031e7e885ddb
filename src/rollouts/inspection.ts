import type {
  Diagnostic,
  FinishReason,
  Outcome,
  RewardResult,
  Rollout,
  SourcePosition,
  TestResult,
} from '../records.js';

/** What a rollout needs to be inspected; a judged file that nobody sampled is completion and verdict. */
export type InspectionInput = Pick<Rollout, 'completion'> & Partial<Rollout>;

/**
 * What colours the tokens: the advantage of each, the value of the reward span it lies in, the
 * findings that reached it, or how surprising it was to the policy.
 */
export type HeatKind = 'advantage' | 'reward' | 'findings' | 'logprob';

export interface InspectionOptions {
  /** @default the first there is of advantage, reward, findings */
  readonly heat?: HeatKind;
  /**
   * Of each completion token its log-probability under a later policy (`presentLogprobs`), to be told
   * beside the recorded one.
   */
  readonly after?: readonly number[];
  /** @default the rollout's id, else `judged` */
  readonly title?: string;
  /** Frames kept of one stack; those in the program are kept first. @default 24 */
  readonly maxFrames?: number;
  /** Characters kept of each output stream of a stage. @default 4000 */
  readonly maxOutput?: number;
}

/**
 * All that a view says about one rollout, as plain data: what the terminal, a notebook and `--json`
 * show is the same. Positions are UTF-8 bytes of the completion, lines and columns count from 1,
 * columns in bytes. A `null` means that the record does not hold it.
 */
export interface Inspection {
  title: string;
  id: string | null;
  run: string | null;
  step: number | null;
  group: number | null;
  sample: number | null;
  problemId: string | null;
  task: string | null;
  finishReason: FinishReason | null;
  modelRevision: string | null;
  prompt: string | null;
  completion: string;

  /** `null`: nobody judged it. */
  outcome: Outcome | null;
  testsPassed: number;
  testsTotal: number;
  /** One per test case, in order; empty where nothing ran or an older record does not say. */
  tests: TestResult[];
  /** For tasks with an answer instead of tests. */
  answer: InspectedAnswer | null;
  toolchain: string | null;
  isolation: string | null;
  fromCache: boolean;
  retried: boolean;

  /** Weighted sum; `null` where there is none (`isUnscorable` says that scoring was refused). */
  reward: number | null;
  isUnscorable: boolean;
  /** One per reward function, its spans left out: they are in the tokens. */
  rewards: Omit<RewardResult, 'spans'>[];
  /** Of the whole completion. */
  advantage: { scheme: string; sequence: number } | null;

  /** A last line feed opens no further line; an empty completion is one empty line. */
  lines: InspectedLine[];
  /** Empty for a text that nobody sampled. */
  tokens: InspectedToken[];
  /** `null` where there are no tokens. */
  heat: InspectionHeat | null;
  findings: InspectedFinding[];
  stages: InspectedStage[];
}

export interface InspectedAnswer {
  prediction: string | null;
  groundTruth: string | null;
  correct: boolean;
  formatOk: boolean;
}

export interface InspectedLine {
  number: number;
  /** Bytes, the line feed left out. */
  start: number;
  end: number;
  text: string;
}

export interface InspectedToken {
  index: number;
  /** In the vocabulary. */
  id: number | null;
  start: number;
  end: number;
  /** Where it starts. */
  line: number;
  /**
   * Its bytes as text; bytes of a character that a token boundary cuts are written `\xE2\x82`. Empty
   * for a token without text, such as the end token.
   */
  text: string;
  /** `text` holds such bytes. */
  isCut: boolean;
  /** `false`: not drawn by the policy, no loss counts here. */
  isSampled: boolean;
  /** The gravest finding that reached it. */
  severity: 'error' | 'warning' | null;
  /** Kinds of the findings that reached it. */
  kinds: string[];
  /** The strongest of the reward spans it lies in (as `findingWeights` counts). */
  reward: number | null;
  /** Labels of these spans. */
  labels: string[];
  advantage: number | null;
  /** As sampled. */
  logprob: number | null;
  /** Under a later policy, where it was given. */
  logprobAfter: number | null;
}

export interface InspectionHeat {
  of: HeatKind;
  /** One per token; `null` where the token has no value. A finding is -1 (error) or -0.5 (warning). */
  values: (number | null)[];
  /** Smallest and largest value; `null` when no token has one. */
  min: number | null;
  max: number | null;
  /** The magnitude that is drawn in full strength; one for all rollouts inspected together. */
  scale: number;
  /**
   * One per token, -5 to 5: sign and strength as a view draws them. For `logprob` 0 (certain) to 5
   * (as good as impossible), by 1 - probability.
   */
  levels: number[];
}

export interface InspectedFinding {
  tool: Diagnostic['tool'];
  severity: Diagnostic['severity'];
  kind: string;
  message: string;
  option: string | null;
  /** As the tool said it, in the judged file: completion and what stands before it. */
  position: SourcePosition | null;
  /** In the completion; `null` when it lies nowhere in it, for `reason`. */
  place: InspectedPlace | null;
  reason: string | null;
  /** Indices of the tokens it reached. */
  tokens: number[];
  /** The stack where it happened, then those of allocation, release and others. */
  stacks: InspectedStack[];
}

export interface InspectedPlace {
  start: number;
  end: number;
  precision: 'span' | 'line';
  line: number;
  column: number;
  /** Just behind its last byte. */
  endLine: number;
  endColumn: number;
}

export interface InspectedStack {
  /** `freed by thread T0 here`; `null`: where the fault itself happened. */
  title: string | null;
  frames: InspectedFrame[];
  /** Frames left out. */
  omitted: number;
}

export interface InspectedFrame {
  /** Its number in the stack, from 0, innermost first. */
  index: number;
  function: string;
  position: SourcePosition | null;
  /** It lies in the judged program, not in the test driver, the runtime or a library. */
  isUser: boolean;
  /** The completion's line it stands at; `null` when it is not in the completion. */
  line: number | null;
}

export interface InspectedStage {
  stage: 'compile' | 'run' | 'check';
  command: string[];
  exitCode: number | null;
  signal: string | null;
  durationMs: number;
  stdout: string;
  stderr: string;
  /** Output was cut, by the judge or here. */
  truncated: boolean;
}
