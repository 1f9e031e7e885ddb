import type { Problem } from '../records.js';
import { referenceColumns, sampleColumns, type SampleColumns } from './built-set.js';
import type { FreeColumns, TextOrMessages } from './formats.js';
import type { ProblemSamples, RankedSample } from './samples.js';

/** A prompt with one completion of it: TRL's prompt-completion columns, then ours. */
export interface SampleRow extends FreeColumns, SampleColumns {
  prompt: TextOrMessages;
  completion: TextOrMessages;
  id: string;
  problem_id: string;
  task: string;
  /** `null` for a reference. */
  model_revision: string | null;
  /** As sampled; `null` where nothing was. */
  prompt_ids: number[] | null;
}

export function sampleRow(problem: ProblemSamples, { rollout, score }: RankedSample): SampleRow {
  return {
    prompt: rollout.prompt,
    completion: rollout.completion,
    id: rollout.id,
    problem_id: problem.problemId,
    task: problem.task,
    model_revision: rollout.modelRevision,
    prompt_ids: rollout.promptIds,
    ...sampleColumns(rollout, score),
  };
}

/** A problem's reference; with rollouts of it, to the prompt that they have. */
export function referenceRow(
  problem: Pick<Problem, 'id' | 'task' | 'prompt'>,
  reference: string,
  sampled?: ProblemSamples,
): SampleRow {
  const prompt = sampled?.prompt ?? problem.prompt;
  return {
    prompt,
    completion:
      typeof prompt === 'string' ? reference : [{ role: 'assistant', content: reference }],
    id: `${problem.id}/reference`,
    problem_id: problem.id,
    task: problem.task,
    model_revision: null,
    prompt_ids: sampled?.promptIds ?? null,
    ...referenceColumns(),
  };
}
