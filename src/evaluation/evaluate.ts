import { inputError } from '../errors.js';
import type { Policy, Sample } from '../policy/index.js';
import { samplePolicy } from '../policy/index.js';
import type { Problem, SamplingSettings, Verdict } from '../records.js';
import { renderPrompt } from '../rollouts/index.js';
import { judgeJob, type JudgePool } from '../sandbox/index.js';
import { answerFactsOf } from './answers.js';
import type { IntervalOptions } from './rates.js';
import { factsOf } from './rates.js';
import type { Evaluation, EvaluationRow } from './records.js';
import { summarise } from './summary.js';

export interface EvaluateInput {
  policy: Policy;
  problems: readonly Problem[];
  settings: SamplingSettings;
  judge: JudgePool;
  /** Completions of each problem. @default 1 */
  numSamples?: number;
  /** A problem's draws depend on this and on its id alone: before and after see the same luck. */
  seed: number | string;
  /** For the record. @default the first problem's split */
  split?: string;
  intervals?: IntervalOptions;
  signal?: AbortSignal;
  onProgress?: (part: 'sample' | 'judge', done: number, total: number) => void;
}

/** Samples, judges and counts; the policy is left as it was. Throws the signal's reason when stopped. */
export async function evaluatePolicy(input: EvaluateInput): Promise<Evaluation> {
  const { policy, problems, settings, judge, seed, signal, onProgress } = input;
  const numSamples = input.numSamples ?? 1;
  if (problems.length === 0) {
    throw inputError(
      'evaluatePolicy: expected at least one problem, got none. Ask the task for some.',
    );
  }
  const started = Date.now();
  const samples = await samplePolicy(
    policy,
    problems.map((problem) => ({
      prompt: renderPrompt(policy, problem),
      n: numSamples,
      seed: `evaluate/${seed}/${problem.id}`,
    })),
    settings,
    { signal, onProgress: (done, total) => onProgress?.('sample', done, total) },
  );
  signal?.throwIfAborted();
  const verdicts = await judge.judge(
    samples.map((sample) =>
      judgeJob(problems[sample.request], sample.completion, {
        truncated: sample.finishReason !== 'stop',
      }),
    ),
    { signal, onProgress: (done, total) => onProgress?.('judge', done, total) },
  );
  signal?.throwIfAborted();

  const rows = problems.map((problem, index) => {
    const members = samples.flatMap((sample, at) => (sample.request === index ? [at] : []));
    return makeRow(
      problem,
      members.map((at) => samples[at]),
      members.map((at) => verdicts[at]),
    );
  });
  return {
    split: input.split ?? problems[0].split,
    numSamples,
    seed,
    modelRevision: policy.revision,
    ...summarise(rows, numSamples, input.intervals),
    rows,
    durationMs: Date.now() - started,
  };
}

function makeRow(
  problem: Problem,
  samples: readonly Sample[],
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
    completions: samples.map((sample) => sample.completion),
    completionTokens: samples.map((sample) => sample.completionIds.length),
    truncated: samples.map((sample) => sample.finishReason === 'length'),
    ...(problem.language === 'text' ? { answers: verdicts.map(answerFactsOf) } : {}),
    ...(typeof level === 'number' ? { level } : {}),
  };
}

export function familyOf(problem: Pick<Problem, 'columns' | 'task'>): string {
  const { family } = problem.columns;
  return typeof family === 'string' ? family : problem.task;
}
