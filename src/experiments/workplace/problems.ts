/** Which problems a run takes: how its task is opened, what fits the policy, what is held out. */
import { inputError } from '../../errors.js';
import type { Policy, SourceOptions } from '../../policy/index.js';
import type { Problem } from '../../records.js';
import { renderPrompt } from '../../rollouts/index.js';
import type { Task, TaskOptions } from '../../tasks/index.js';
import type { Config } from '../config/index.js';

export function taskOptions({ task }: Config, source: SourceOptions): TaskOptions {
  return {
    ...source,
    path: task.path ?? undefined,
    promptFormat: task.prompt_format ?? undefined,
    language: task.language ?? undefined,
    malformed: task.malformed,
    heldOutShare: task.held_out_share,
    shotSeed: task.shot_seed,
  };
}

/** What decides the problems of a run. */
export interface ProblemSource {
  config: Config;
  /** `null` where the data come from a file and nothing is evaluated. */
  task: Task | null;
  policy: Policy;
}

export interface EvaluationSplit {
  split: string;
  title: string;
  problems: Problem[];
}

/** The held-out problems, and apart from them those of families held out whole. */
export function evaluationSplits(place: ProblemSource): EvaluationSplit[] {
  const { config } = place;
  const task = requiredTask(place);
  const { held_out_families_split: families, seed } = config.task;
  const heldOut = heldOutSplit(place);
  const fits = promptLimit(config, place.policy);
  const { problems: n, held_out_families_problems: nFamilies } = config.evaluation;
  const draw = (split: string, title: string, count: number): EvaluationSplit => ({
    split,
    title,
    problems: fits(task.problems({ split, n: count, seed }), () => undefined),
  });
  return [
    draw(heldOut, 'Held-out problems', n),
    ...(families !== null && task.splits.includes(families) && nFamilies > 0
      ? [draw(families, 'Families held out whole', nFamilies)]
      : []),
  ];
}

/** The split that is evaluated. */
export function heldOutSplit(place: Omit<ProblemSource, 'policy'>): string {
  const { splits } = requiredTask(place);
  const usual = ['held_out', 'test'].find((split) => splits.includes(split));
  return place.config.task.held_out_split ?? usual ?? splits[splits.length - 1];
}

/** Leaves out problems whose prompts are too long for the policy, and says how many. */
export function promptLimit(
  { task, sampling }: Config,
  policy: Policy,
): (problems: readonly Problem[], onNote: (message: string) => void) => Problem[] {
  const room = policy.config.maxPositions - sampling.max_completion_length;
  const most = task.max_prompt_length ?? Math.max(1, room);
  return (problems, onNote) => {
    const kept = problems.filter(
      (problem) => policy.tokenizer.encode(renderPrompt(policy, problem)).length <= most,
    );
    const dropped = problems.length - kept.length;
    if (dropped === 0) return kept;
    const why = `prompts of more than ${most} tokens (task.max_prompt_length; the policy's context is ${policy.config.maxPositions}, of which completions take ${sampling.max_completion_length})`;
    if (kept.length === 0) {
      throw inputError(
        `task.max_prompt_length: expected at least one of ${problems.length} problems to fit, got none: all have ${why}. Lower sampling.max_completion_length or take another policy.`,
      );
    }
    onNote(`${dropped} of ${problems.length} problems are left out: ${why}.`);
    return kept;
  };
}

/** The task of a place, where what goes on needs one. */
export function requiredTask({ task }: Pick<ProblemSource, 'task'>): Task {
  if (task) return task;
  throw inputError(
    'task.name: expected a task to take problems from, got nothing. Set it in the file or with --set task.name=cpp; `rlsf tasks list` has them. SFT, DPO, KTO, CPO and ORPO take rows of a file instead: --set dataset.path=rows.jsonl.',
  );
}
