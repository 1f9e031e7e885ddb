import { inputError } from '../errors.js';
import type { Policy } from '../policy/index.js';
import { samplePolicy } from '../policy/index.js';
import type { Problem, SamplingSettings } from '../records.js';
import { renderPrompt } from '../rollouts/index.js';
import type { JudgePool } from '../sandbox/index.js';
import { listTasks } from '../tasks/index.js';
import type { AttemptedProblem } from './attempts.js';
import { judgeAttempts } from './attempts.js';
import type { IntervalOptions } from './rates.js';
import type { Evaluation, EvaluationExample, EvaluationSettings } from './records.js';
import { summarise } from './summary.js';

export interface GenerateInput {
  policy: Policy;
  problems: readonly Problem[];
  settings: SamplingSettings;
  /** Completions of each problem. @default 1 */
  numSamples?: number;
  /** A problem's draws depend on this and on its id alone: before and after see the same luck. */
  seed: number | string;
  /** Rows decoded together: it decides memory, not results. @default the sampler's */
  maxRows?: number;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
}

export interface EvaluateInput extends Omit<GenerateInput, 'onProgress'> {
  judge: JudgePool;
  /** For the record. @default the first problem's split */
  split?: string;
  intervals?: IntervalOptions;
  /** Values of k for pass@k. @default 1, 2, 4, … and numSamples */
  k?: readonly number[];
  /** What the record of settings cannot know by itself. */
  about?: Partial<
    Pick<EvaluationSettings, 'promptFormat' | 'promptTemplate' | 'policy' | 'adapters'>
  >;
  /** Each completion with its verdict, in the order of problems and samples, once all are judged. */
  onExample?: (example: EvaluationExample) => void;
  onProgress?: (part: 'sample' | 'judge', done: number, total: number) => void;
}

/** Samples, judges and counts; the policy is left as it was. Throws the signal's reason when stopped. */
export async function evaluatePolicy(input: EvaluateInput): Promise<Evaluation> {
  const { policy, problems, settings, judge, seed, signal, onProgress, about } = input;
  const numSamples = input.numSamples ?? 1;
  const split = input.split ?? problems[0]?.split ?? '';
  const started = Date.now();
  const attempted = await generateAttempts({
    ...input,
    onProgress: (done, total) => onProgress?.('sample', done, total),
  });
  const { rows, examples } = await judgeAttempts({
    ...{ attempted, judge, split, signal },
    onProgress: (done, total) => onProgress?.('judge', done, total),
  });
  for (const example of examples) input.onExample?.(example);
  const modelRevision = policy.revision;
  return {
    split,
    numSamples,
    seed,
    modelRevision,
    ...summarise(rows, numSamples, { ...input.intervals, ...(input.k && { k: input.k }) }),
    settings: {
      task: problems[0].task,
      split,
      promptFormat: about?.promptFormat ?? usualFormat(problems[0].task),
      promptTemplate: about?.promptTemplate ?? null,
      sampling: settings,
      seed,
      policy: about?.policy ?? policy.folder,
      adapters: about?.adapters ?? [],
      modelRevision,
      completions: null,
      toolchain: judge.toolchain,
      isolation: judge.isolation,
    },
    rows,
    durationMs: Date.now() - started,
  };
}

/** The format of a task that is opened without naming one; `null` where it has one only. */
export function usualFormat(task: string): string | null {
  return listTasks().find(({ name }) => name === task)?.promptFormats[0] ?? null;
}

/** The completions that `evaluatePolicy` judges, by problem. Throws the signal's reason when stopped. */
export async function generateAttempts(input: GenerateInput): Promise<AttemptedProblem[]> {
  const { policy, problems, settings, numSamples = 1, seed, maxRows, signal, onProgress } = input;
  if (problems.length === 0) {
    throw inputError(
      'evaluatePolicy: expected at least one problem, got none. Ask the task for some.',
    );
  }
  const requests = problems.map((problem) => ({
    prompt: renderPrompt(policy, problem),
    n: numSamples,
    seed: `evaluate/${seed}/${problem.id}`,
  }));
  const samples = await samplePolicy(policy, requests, settings, { signal, maxRows, onProgress });
  signal?.throwIfAborted();
  const attempted = problems.map((problem, i) => {
    const { prompt } = requests[i];
    return { problem, prompt, attempts: [] as AttemptedProblem['attempts'][number][] };
  });
  for (const { request, completion, completionIds, finishReason } of samples)
    attempted[request].attempts.push({ completion, finishReason, tokens: completionIds.length });
  return attempted;
}
