/** Completions with their problems, wherever they come from, to rows and examples. */
import { inputError } from '../errors.js';
import type { FinishReason, Problem, Verdict } from '../records.js';
import { judgeJob, type JudgePool } from '../sandbox/index.js';
import { answerFactsOf } from './answers.js';
import { findingKindsOf } from './findings.js';
import { factsOf } from './rates.js';
import type { EvaluationExample, EvaluationRow } from './records.js';

/** One completion before it is judged. */
export interface Attempt {
  completion: string;
  /** `null` where it was made elsewhere, as `tokens`. */
  finishReason: FinishReason | null;
  /** Of the completion, the end token included. */
  tokens: number | null;
}

/** All completions of one problem. */
export interface AttemptedProblem {
  problem: Problem;
  /** As the policy read it. */
  prompt: string;
  attempts: readonly Attempt[];
  /** One for each attempt, where it is judged otherwise than the problem says (a whole program). */
  judgedAs?: readonly Problem[];
}

export interface JudgeAttemptsInput {
  attempted: readonly AttemptedProblem[];
  judge: JudgePool;
  split: string;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
}

export interface JudgedAttempts {
  rows: EvaluationRow[];
  /** In the order of problems and samples. */
  examples: EvaluationExample[];
}

/** Judges them all. Throws the signal's reason when stopped. */
export async function judgeAttempts(input: JudgeAttemptsInput): Promise<JudgedAttempts> {
  const { attempted, judge, split, signal, onProgress } = input;
  if (attempted.every(({ attempts }) => attempts.length === 0))
    throw inputError(
      'judgeAttempts: expected at least one completion, got none. Sample some, or give the file that has them.',
    );
  const jobs = attempted.flatMap(({ problem, attempts, judgedAs }) =>
    attempts.map(({ completion, finishReason }, i) =>
      judgeJob(judgedAs?.[i] ?? problem, completion, {
        truncated: finishReason !== null && finishReason !== 'stop',
      }),
    ),
  );
  const verdicts = await judge.judge(jobs, { signal, onProgress });
  signal?.throwIfAborted();
  let next = 0;
  const judged = attempted.map((each) => {
    const own = verdicts.slice(next, next + each.attempts.length);
    next += own.length;
    return { each, own };
  });
  return {
    rows: judged.map(({ each, own }) => rowOf(each, own)),
    examples: judged.flatMap(({ each, own }) =>
      own.map((verdict, sample) => exampleOf(each, sample, verdict, split)),
    ),
  };
}

function rowOf(
  { problem, attempts }: AttemptedProblem,
  verdicts: readonly Verdict[],
): EvaluationRow {
  const facts = verdicts.map(factsOf);
  const { level } = problem.columns;
  return {
    problemId: problem.id,
    family: familyOf(problem),
    outcomes: verdicts.map((verdict) => verdict.outcome),
    compiled: facts.map((fact) => fact.compiled),
    sanitizerClean: facts.map((fact) => fact.sanitizerClean),
    testsPassed: facts.map((fact) => fact.testsPassed),
    clean: facts.map((fact) => fact.clean),
    testFraction: facts.map((fact) => fact.testFraction),
    completions: attempts.map(({ completion }) => completion),
    completionTokens: attempts.flatMap(({ tokens }) => tokens ?? []),
    truncated: attempts.map(({ finishReason }) => finishReason === 'length'),
    correct: verdicts.map(correctOf),
    findingKinds: verdicts.map(findingKindsOf),
    ...(problem.language === 'text' ? { answers: verdicts.map(answerFactsOf) } : {}),
    ...(typeof level === 'number' ? { level } : {}),
  };
}

function exampleOf(
  { problem, prompt, attempts }: AttemptedProblem,
  sample: number,
  verdict: Verdict,
  split: string,
): EvaluationExample {
  const { completion, finishReason, tokens } = attempts[sample];
  return {
    split,
    problem_id: problem.id,
    family: familyOf(problem),
    sample,
    prompt,
    truth: problem.answer ?? null,
    prediction: verdict.prediction,
    completion,
    correct: correctOf(verdict),
    ...(problem.language === 'text' && { lenient_correct: answerFactsOf(verdict).lenient }),
    outcome: verdict.outcome,
    tests_passed: verdict.testsPassed,
    tests_total: verdict.testsTotal,
    finish_reason: finishReason,
    tokens,
    verdict,
  };
}

function correctOf({ outcome, correct }: Verdict): boolean | null {
  return outcome === 'sandbox_error' ? null : correct;
}

export function familyOf(problem: Pick<Problem, 'columns' | 'task'>): string {
  const { family } = problem.columns;
  return typeof family === 'string' ? family : problem.task;
}
