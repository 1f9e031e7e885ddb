import type { ByteSpan, FinishReason, Outcome } from '../records.js';
import type { ErrorSpan, SampleColumns, SampleSource } from './built-set.js';
import type { FreeColumns } from './formats.js';
import type { RankBy } from './ranking.js';

/** How a program was made to fail. */
export interface CorruptionColumn extends ByteSpan {
  operator: string;
  kind: string;
}

/** A row of `pairs.jsonl`: TRL's preference columns, then ours. Sides as in `SampleColumns`. */
export interface PairRow extends FreeColumns {
  /** As the policy read it, a conversation already through its chat template. */
  prompt: string;
  chosen: string;
  rejected: string;
  id: string;
  problem_id: string;
  task: string;
  rank_by: RankBy;
  /** Difference of the ranks; `null` where a side has none. */
  margin: number | null;
  model_revision: string | null;
  /** As sampled; `null` where no side was. */
  prompt_ids: number[] | null;
  chosen_ids: number[] | null;
  rejected_ids: number[] | null;
  chosen_outcome: Outcome | null;
  rejected_outcome: Outcome | null;
  chosen_reward: number | null;
  rejected_reward: number | null;
  chosen_score: number | null;
  rejected_score: number | null;
  chosen_tests_passed: number | null;
  rejected_tests_passed: number | null;
  tests_total: number | null;
  chosen_spans: ErrorSpan[];
  rejected_spans: ErrorSpan[];
  chosen_finish_reason: FinishReason | null;
  rejected_finish_reason: FinishReason | null;
  chosen_source: SampleSource;
  rejected_source: SampleSource;
  chosen_rollout: string | null;
  rejected_rollout: string | null;
  /** Of a rejected side that was made from the chosen one. */
  corruption: CorruptionColumn | null;
}

export interface PairSide extends SampleColumns {
  text: string;
}

export function pairRow(input: {
  problem: { problemId: string; task: string; prompt: string; promptIds: number[] | null };
  rankBy: RankBy;
  modelRevision: string | null;
  chosen: PairSide;
  rejected: PairSide;
  corruption?: { operator: string; kind: string; span: ByteSpan };
}): PairRow {
  const { problem, chosen, rejected, corruption } = input;
  const name = (side: PairSide): string => side.rollout ?? `${problem.problemId}/${side.source}`;
  return {
    prompt: problem.prompt,
    chosen: chosen.text,
    rejected: rejected.text,
    id: `${name(chosen)}>${name(rejected)}${corruption ? `/${corruption.operator}@${corruption.span.start}` : ''}`,
    problem_id: problem.problemId,
    task: problem.task,
    rank_by: input.rankBy,
    margin: chosen.score === null || rejected.score === null ? null : chosen.score - rejected.score,
    model_revision: input.modelRevision,
    prompt_ids: problem.promptIds,
    chosen_ids: chosen.completion_ids,
    rejected_ids: rejected.completion_ids,
    chosen_outcome: chosen.outcome,
    rejected_outcome: rejected.outcome,
    chosen_reward: chosen.reward,
    rejected_reward: rejected.reward,
    chosen_score: chosen.score,
    rejected_score: rejected.score,
    chosen_tests_passed: chosen.tests_passed,
    rejected_tests_passed: rejected.tests_passed,
    tests_total: rejected.tests_total ?? chosen.tests_total,
    chosen_spans: chosen.spans,
    rejected_spans: rejected.spans,
    chosen_finish_reason: chosen.finish_reason,
    rejected_finish_reason: rejected.finish_reason,
    chosen_source: chosen.source,
    rejected_source: rejected.source,
    chosen_rollout: chosen.rollout,
    rejected_rollout: rejected.rollout,
    corruption: corruption
      ? { operator: corruption.operator, kind: corruption.kind, ...corruption.span }
      : null,
  };
}
