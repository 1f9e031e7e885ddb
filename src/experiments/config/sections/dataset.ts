import { z } from 'zod';
import { option, share, whole } from '../option.js';

const candidates = z
  .strictObject({
    num_candidates: option(
      whole(2).default(8),
      'Completions sampled of each training problem, as `sampling` says.',
    ),
    path: option(
      z.string().min(1).nullable().default(null),
      'Folder of a run that drew and judged them already: its `candidates_annotated.jsonl` is read, and scored anew. null: they are drawn.',
    ),
  })
  .describe('Where the rows come from without a file: the policy’s own answers, judged.');

const pairs = z
  .strictObject({
    chosen: option(
      z.enum(['sampled', 'reference']).default('sampled'),
      'The better side: another answer of the policy, or the problem’s reference.',
    ),
    rank: option(
      z.enum(['reward', 'outcome', 'tests', 'clean']).default('reward'),
      'What makes one answer better than another: its reward, its outcome, tests passed, no finding.',
    ),
    margin: option(
      z.number().min(0).default(0),
      'Least difference of a pair, in the rank’s unit; always more than nothing.',
    ),
    max_pairs_per_problem: option(whole(1).default(4), 'Pairs of one problem at most.'),
  })
  .describe('How pairs are made from them.');

export const datasetSection = z
  .strictObject({
    path: option(
      z.string().min(1).nullable().default(null),
      'A file in one of TRL’s formats, JSON lines or Parquet. null: made from the task (as `completions` says for sft, judged candidates of the policy for dpo and kto).',
    ),
    text_field: option(
      z.string().min(1).nullable().default(null),
      'The column to learn where it is not called `text`.',
    ),
    size: option(whole(1).nullable().default(null), 'Rows at most, from the top. null: all.'),
    on_bad: option(
      z.enum(['fail', 'skip']).default('fail'),
      'What a malformed line does; skipped ones are counted.',
    ),
    max_length: option(
      whole(2).nullable().default(1024),
      'Tokens of prompt and completion together; longer rows are cut at the end. null: any.',
      1024,
    ),
    eval_share: option(
      share().lt(1).default(0),
      'Share of the rows (whole problems, drawn by run.seed) kept back for `evaluation.eval_steps`.',
    ),
    n_best: option(
      whole(1).default(4),
      'Best answers of each problem that are written to `nbest.jsonl` beside the pairs.',
    ),
    completions: option(
      z.enum(['reference', 'sampled']).default('reference'),
      'What sft learns without a file: the problems’ references, or the policy’s own clean answers (rejection sampling).',
    ),
    candidates: candidates.prefault({}),
    pairs: pairs.prefault({}),
  })
  .describe('What sft, dpo and kto learn from.');
