import { inputError } from '../../errors.js';
import { listed } from '../../hub/listed.js';
import type { Problem } from '../../records.js';
import type { JudgePool } from '../../sandbox/index.js';
import type { BadRow } from '../../tasks/index.js';
import type { Attempt, AttemptedProblem } from '../attempts.js';
import { judgeAttempts } from '../attempts.js';
import { usualFormat } from '../evaluate.js';
import type { IntervalOptions } from '../rates.js';
import type { Evaluation, EvaluationExample, EvaluationSettings } from '../records.js';
import { summarise } from '../summary.js';
import type { MatchedCompletion } from './match.js';
import { matchCompletions } from './match.js';
import { cutPrompt, wholeProgram } from './prompt-cut.js';
import type { CompletionSet } from './records.js';

export interface EvaluateCompletionsInput {
  set: CompletionSet;
  /** All problems that completions are expected for: those of the split that was answered. Rows keep their order. */
  problems: readonly Problem[];
  judge: JudgePool;
  /** For the record. @default the first problem's */
  split?: string;
  /** @default the task's first */
  promptFormat?: string | null;
  /**
   * Problems without a completion: `skip` leaves them out of every figure and names them
   * (`notAttempted`), `fail` refuses the set. @default 'skip'
   */
  missing?: 'skip' | 'fail';
  /** Completions of no known problem. @default 'fail' */
  malformed?: 'fail' | 'skip';
  /** Values of k for pass@k. @default 1, 2, 4, … and the number of samples */
  k?: readonly number[];
  intervals?: IntervalOptions;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
}

export interface EvaluatedCompletions {
  evaluation: Evaluation;
  /** One a completion, in the order of problems and of the file. */
  examples: EvaluationExample[];
  /** Completions that were left out, and why. */
  skipped: BadRow[];
  /** What a person should know of the figures. */
  notes: string[];
}

/** Judges completions that were made apart, as `evaluatePolicy` judges its own. */
export async function evaluateCompletions(
  input: EvaluateCompletionsInput,
): Promise<EvaluatedCompletions> {
  const { set, problems, judge, signal, onProgress } = input;
  const { matched, skipped, notes } = matchCompletions(set, problems, input);
  const { attempted, wholes } = attemptsOf(matched, problems);
  const notAttempted = problems
    .map(({ id }) => id)
    .filter((id) => !attempted.some(({ problem }) => problem.id === id));
  if (notAttempted.length > 0 && input.missing === 'fail')
    throw inputError(
      `${set.source}: expected completions of all ${problems.length} problems, but ${notAttempted.length} have none: ${listed(notAttempted)}. Make them too, or leave them out of the figures with --missing skip.`,
    );
  const split = input.split ?? problems[0]?.split ?? '';
  const started = Date.now();
  const { rows, examples } = await judgeAttempts({ attempted, judge, split, signal, onProgress });
  const counts = rows.map(({ outcomes }) => outcomes.length);
  const numSamples = Math.max(...counts);
  const made = set.made?.settings;
  return {
    evaluation: {
      split,
      numSamples,
      seed: made?.seed ?? 'unknown',
      modelRevision: made?.modelRevision ?? 'unknown',
      ...summarise(rows, numSamples, { ...input.intervals, ...(input.k && { k: input.k }) }),
      settings: settingsOf(input, attempted[0].problem, split),
      notAttempted,
      rows,
      durationMs: Date.now() - started,
    },
    examples,
    skipped: [...set.skipped, ...skipped],
    notes: [
      ...notes,
      ...(wholes > 0
        ? [`${wholes} of ${matched.length} completions are judged as whole programs.`]
        : []),
      ...(Math.min(...counts) < numSamples
        ? [
            `The problems have ${Math.min(...counts)} to ${numSamples} completions: pass@k is over those with at least k.`,
          ]
        : []),
    ],
  };
}

/** The completions by problem, in the order of the problems' numbers. */
function attemptsOf(
  matched: readonly MatchedCompletion[],
  problems: readonly Problem[],
): { attempted: AttemptedProblem[]; wholes: number } {
  const membersOf = new Map<string, MatchedCompletion[]>();
  for (const each of matched) {
    const { id } = each.problem;
    const members = membersOf.get(id);
    if (members) members.push(each);
    else membersOf.set(id, [each]);
  }
  let wholes = 0;
  const attempted = problems.flatMap((problem): AttemptedProblem[] => {
    const members = membersOf.get(problem.id);
    if (members === undefined) return [];
    const attempts = members.map((each) => attemptOf(each));
    wholes += attempts.filter(({ isWhole }) => isWhole).length;
    const whole = wholeProgram(problem);
    return [
      {
        problem,
        prompt: members[0].found.prompt ?? promptText(problem),
        attempts: attempts.map(({ attempt }) => attempt),
        judgedAs: attempts.map(({ isWhole }) => (isWhole ? whole : problem)),
      },
    ];
  });
  return { attempted, wholes };
}

function attemptOf({ found, problem }: MatchedCompletion): { attempt: Attempt; isWhole: boolean } {
  const { text, kind, finishReason, tokens } = found;
  const cut = kind === 'completion' ? null : cutPrompt(problem, found);
  const hasHead = (problem.tests?.prefix ?? '') !== '';
  return {
    attempt: { completion: cut?.completion ?? text, finishReason, tokens },
    isWhole: kind !== 'completion' && cut === null && hasHead,
  };
}

function promptText({ prompt }: Problem): string {
  return typeof prompt === 'string'
    ? prompt
    : prompt.map(({ role, content }) => `${role}: ${content}`).join('\n');
}

function settingsOf(
  { set, judge, promptFormat }: EvaluateCompletionsInput,
  { task }: Problem,
  split: string,
): EvaluationSettings {
  const made = set.made?.settings;
  return {
    promptFormat: promptFormat ?? usualFormat(task),
    promptTemplate: null,
    sampling: null,
    seed: 'unknown',
    policy: null,
    adapters: [],
    modelRevision: 'unknown',
    ...made,
    task,
    split,
    completions: set.source,
    toolchain: judge.toolchain,
    isolation: judge.isolation,
  };
}
