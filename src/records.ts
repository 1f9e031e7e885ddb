/**
 * The records that travel from a problem to an update. A stage takes records and returns new ones;
 * a `Rollout` only ever gains fields. Positions are UTF-8 byte offsets into the completion.
 */

/** The languages that are judged, each with the endings of its files. */
export const languages = {
  cpp: ['cpp', 'cc', 'cxx', 'c++', 'hpp', 'h'],
  python: ['py'],
  java: ['java'],
  text: ['txt', 'md'],
} as const;

export type Language = keyof typeof languages;

export interface ChatMessage {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

/**
 * How a completion becomes a program and how that program is tested. The judged file is
 * `includes` + `prefix` + completion + `suffix`, and behind it the cases that are code.
 */
export interface ProgramTests {
  /**
   * Whole lines that come first in the judged file, a last line feed added where it lacks. C++:
   * `#include` lines (and nothing else), shared by all programs of one compile; they do not count as
   * lines of it. Python and Java: imports. A `package` that the prefix declares stays before them; one
   * in the completion is then the completion's error.
   */
  includes: string;
  /** Source before the completion; for a code task the prompt's own code. */
  prefix: string;
  /** Source after the completion. */
  suffix: string;
  /** None: a program with a `main` (or, in Python, at module level) is run once, without input. */
  cases: TestCase[];
  /** Further files beside the program by relative name: headers, modules, data. */
  files?: Record<string, string>;
  /** Build only, run nothing. @default false */
  compileOnly?: boolean;
}

export type TestCase = ValueCase | AssertCase | StdioCase;

/**
 * Statements that compute one value and pass it to `rlsf_emit(value)` (Java: `Rlsf.emit(value)`).
 * The expected text stays with the judge: it never enters the program, so no program can lie.
 */
export interface ValueCase {
  code: string;
  expected: string;
}

/** Statements that must run to their end, such as `assert f(2) == 4`. They see what the program defines. */
export interface AssertCase {
  assert: string;
}

/** The program as a whole, run on an input; what it prints is compared line by line, trailing blanks apart. */
export interface StdioCase {
  stdin: string;
  /** `null`: the output does not matter, the program must end well. */
  expected: string | null;
  /** Program arguments. @default none */
  args?: string[];
}

/** How a maths answer states its number: `#### 42`, or `Final: 42` at the very end. */
export type AnswerFormat = 'gsm8k' | 'final';

export interface Problem {
  id: string;
  task: string;
  split: string;
  prompt: string | ChatMessage[];
  language: Language;
  /** For programs. */
  tests?: ProgramTests;
  /** For answers: the gold answer. */
  answer?: string;
  /** @default 'gsm8k' */
  answerFormat?: AnswerFormat;
  /** A completion that must earn full marks. */
  reference?: string;
  /** Free columns, handed through to reward functions (family, parameters, …). */
  columns: Record<string, unknown>;
}

export type FinishReason = 'stop' | 'length' | 'cancelled';

/**
 * How completions are drawn. The logits pass, in this order (that of transformers 5.18; vLLM has min-p
 * before top-k): repetition penalty, temperature, top-k, top-p, min-p, each on what the one before left.
 */
export interface SamplingSettings {
  /** 0: greedy, the likeliest token (after the penalty). */
  temperature: number;
  /** Keep the k likeliest tokens, ties included. 0: off. */
  topK: number;
  /** Keep the smallest set of likeliest tokens whose mass reaches topP. 1: off. */
  topP: number;
  /** Keep tokens at least minP times as likely as the likeliest. 0: off. */
  minP: number;
  /**
   * For every id in prompt or completion so far, a logit above 0 is divided by it, another one
   * multiplied (Keskar et al. 2019, as transformers does it). Above 1: fewer repetitions.
   * @default 1
   */
  repetitionPenalty?: number;
  maxNewTokens: number;
  /** Strings that end a completion; they and what follows are not part of its text. */
  stop: string[];
  /** Ids that end a completion as the policy's end tokens do, kept as its last id. @default none */
  stopTokenIds?: number[];
  seed: number;
}

/** What can become of a completion, from the best to the worst: the order of every table. */
export const outcomeOrder = [
  'clean',
  'warning',
  'wrong_answer',
  'runtime_error',
  'timeout',
  'memory_limit',
  'output_limit',
  'no_answer',
  'compile_error',
  /** Our own tooling broke: unscorable, advantage 0, never reward 0. */
  'sandbox_error',
] as const;

export type Outcome = (typeof outcomeOrder)[number];

export type DiagnosticTool =
  'g++' | 'clang++' | 'asan' | 'ubsan' | 'lsan' | 'python' | 'javac' | 'arithmetic' | 'runner';

export interface SourcePosition {
  file: string;
  /** 1-based. */
  line: number;
  /** 1-based byte column, or `null` where the tool gives a line only. */
  column: number | null;
}

/** Half-open byte range in the completion. */
export interface ByteSpan {
  start: number;
  end: number;
}

export type DiagnosticSpan =
  (ByteSpan & { precision: 'span' | 'line' }) | { precision: 'none'; reason: string };

export interface StackFrame {
  function: string;
  position: SourcePosition | null;
}

export interface Diagnostic {
  tool: DiagnosticTool;
  severity: 'error' | 'warning' | 'note';
  /** Machine-readable kind, e.g. `heap-buffer-overflow`, `signed-integer-overflow`, `-Wunused-variable`, `syntax`. */
  kind: string;
  message: string;
  /** The compiler option that caused it, e.g. `-Wunused-variable`. */
  option: string | null;
  /** The first frame (or the place) in the user's own text, else where the tool pointed. */
  position: SourcePosition | null;
  /** Where it lies in the completion; `precision: 'none'` carries the reason (harness line, library frame). */
  span: DiagnosticSpan;
  /** The stack as reported, user frames and others, outermost last; empty for compiler findings. */
  frames: StackFrame[];
}

export interface StageRecord {
  stage: 'compile' | 'run' | 'check';
  command: string[];
  exitCode: number | null;
  signal: string | null;
  durationMs: number;
  /** Bounded; `truncated` says when it was cut. */
  stdout: string;
  stderr: string;
  truncated: boolean;
}

/** What became of one test case. Texts are cut at 200 characters. */
export interface TestResult {
  passed: boolean;
  /** `null` where no text is compared. */
  expected: string | null;
  /** `null`: the program never got that far. */
  actual: string | null;
}

export interface Verdict {
  outcome: Outcome;
  diagnostics: Diagnostic[];
  testsPassed: number;
  testsTotal: number;
  /** One per test case, in order; empty where nothing ran. */
  tests: TestResult[];
  /** For answers. */
  prediction: string | null;
  groundTruth: string | null;
  correct: boolean;
  formatOk: boolean;
  /** For answers: the last number, whatever form was asked for. Absent in older records. */
  lenientPrediction?: string | null;
  /** Whether that is the right one. */
  lenientCorrect?: boolean;
  stages: StageRecord[];
  toolchain: string;
  /** `bubblewrap`, `restricted`, or `none` when the user named the risk. */
  isolation: string;
  fromCache: boolean;
  retried: boolean;
}

export interface RewardSpan extends ByteSpan {
  value: number;
  label: string;
}

export interface RewardResult {
  /** The reward function's name. */
  name: string;
  weight: number;
  /** `null`: unscorable. */
  score: number | null;
  spans: RewardSpan[];
  log: Record<string, number | string | boolean | null>;
}

export interface Advantages {
  scheme: string;
  /** The group-relative advantage of the whole completion. */
  sequence: number;
  /** One per completion token. */
  tokens: number[];
}

/** What the updates of a step could take from a completion, its tokens counted once an update. */
export interface RolloutUpdate {
  /** In the loss: sampled by the policy, and not of a completion that was left out. */
  countedTokens: number;
  /** Of these, outside the clip range on the side where the clip ends the gradient. */
  clippedTokens: number;
}

export interface Rollout {
  /** Version of this record. */
  version: 1;
  /** `${run}/${step}/${group}/${sample}`: unique in a run. */
  id: string;
  run: string;
  step: number;
  problemId: string;
  task: string;
  group: number;
  sample: number;
  promptHash: string;
  prompt: string;
  completion: string;
  promptIds: number[];
  /** As sampled, the end token included; never re-made from text. */
  completionIds: number[];
  /** Under the sampling distribution (temperature, truncation applied). */
  logprobs: number[];
  /** 1 where the policy sampled the token. */
  completionMask: number[];
  /** Byte offset where each completion token starts, and one past the end: length = tokens + 1. */
  byteOffsets: number[];
  finishReason: FinishReason;
  sampling: SamplingSettings;
  modelRevision: string;
  columns: Record<string, unknown>;
  verdict?: Verdict;
  rewards?: RewardResult[];
  /** Weighted sum of the rewards, `null` when unscorable. */
  reward?: number | null;
  advantages?: Advantages;
  /** Of a step that clips (GRPO). */
  update?: RolloutUpdate;
}
