/** What a discriminator learns from: references of problems, and what the policy wrote for them. */
import { inputError } from '../../errors.js';
import type { FinishReason, Outcome, Problem } from '../../records.js';
import type { LabelledText } from '../../rewards/index.js';
import { problemsById, readRollouts } from '../../rollouts/index.js';
import type { Task } from '../../tasks/index.js';

/** What is kept of a rollout: a log of a long run need not fit in memory whole. */
export interface PolicyText {
  id: string;
  problemId: string;
  task: string;
  text: string;
  /** `null`: not judged. */
  outcome: Outcome | null;
  finishReason: FinishReason;
  /** Of its draw. */
  seed: number;
  modelRevision: string;
}

/** A labelled text with where it comes from. */
export interface DiscriminatorText extends LabelledText {
  /** Of the rollout, or the problem of the reference. */
  id: string;
  problemId: string;
  /** What the split keeps together: the problem, or a column of it. */
  unit: string;
  /** `null` for references and what was not judged. */
  outcome: Outcome | null;
}

/**
 * The policy's texts of a `rollouts.jsonl`, or of the folder of `rlsf tasks candidates`.
 * @param fromStep leaves out earlier steps: a policy that is trained moves @default 0
 */
export function readPolicyTexts(file: string, fromStep = 0): PolicyText[] {
  const texts: PolicyText[] = [];
  let seen = 0;
  for (const rollout of readRollouts(file)) {
    seen++;
    if (rollout.step < fromStep || rollout.finishReason === 'cancelled') continue;
    texts.push({
      id: rollout.id,
      problemId: rollout.problemId,
      task: rollout.task,
      text: rollout.completion,
      outcome: rollout.verdict?.outcome ?? null,
      finishReason: rollout.finishReason,
      seed: rollout.sampling.seed,
      modelRevision: rollout.modelRevision,
    });
  }
  if (texts.length > 0) return texts;
  throw inputError(
    seen === 0
      ? `${file}: expected completions of the policy, got an empty file.`
      : `${file}: expected completions from step ${fromStep} on, got ${seen} of earlier steps or cancelled ones.`,
  );
}

/** The problems that the texts answer; an error where the task does not have one of them. */
export function problemsOfTexts(texts: readonly PolicyText[], task: Task): Problem[] {
  const ids = texts.map(({ problemId }) => problemId);
  return problemsById(task, ids, [...texts.map(({ seed }) => seed), 0]);
}
