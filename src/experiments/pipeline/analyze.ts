/** analysis.json: what changed between the two measurements, problem by problem and in sum. */
import path from 'node:path';
import type {
  Analysis,
  Comparison,
  Evaluation,
  EvaluationRow,
  RunSimilarity,
} from '../../evaluation/index.js';
import {
  analyseCompletions,
  compareEvaluations,
  completionsOfRows,
  readEvaluations,
  rowRate,
  runSimilarity,
} from '../../evaluation/index.js';
import type { Problem } from '../../records.js';
import { writeJson } from '../run/files.js';
import { intervalOptions } from '../stages/evaluate.js';
import { measuredProblems } from './problems.js';
import type { StageOutcome, StageWork } from './work.js';

export interface SplitAnalysis {
  problems: number;
  /** Paired differences of the rates, with their intervals. */
  comparison: Comparison;
  /** Problems whose share of fully clean completions rose or fell. */
  better: string[];
  worse: string[];
  /** Outcomes, kinds of findings, diversity, lengths, likeness to references, signs of pleasing the judge. */
  before: Analysis;
  after: Analysis;
  /** How like each other the completions before and after are. */
  similarity: RunSimilarity | null;
}

export async function analyzeStage(work: StageWork): Promise<StageOutcome> {
  const { config, folder, clock } = work;
  clock.begin('report', 'Comparing the measurements before and after');
  const at = (name: string): string => path.join(folder, `evaluations_${name}.json`);
  const before = await readEvaluations(at('baseline'));
  const after = await readEvaluations(at('after'));
  const splits: Record<string, SplitAnalysis> = {};
  for (const split of Object.keys(before).filter((name) => name in after)) {
    const problems = await measuredProblems(config, split);
    splits[split] = analyseSplit(before[split], after[split], problems, intervalOptions(config));
  }
  await writeJson(path.join(folder, 'analysis.json'), { version: 1, splits });
  const changes = Object.entries(splits).map(
    ([split, { problems, better, worse }]) =>
      `${split}: ${better.length} better, ${worse.length} worse of ${problems} problems`,
  );
  return { outputs: ['analysis.json'], facts: { what: changes.join('; ') } };
}

function analyseSplit(
  before: Evaluation,
  after: Evaluation,
  problems: readonly Problem[],
  options: ReturnType<typeof intervalOptions>,
): SplitAnalysis {
  const changes = changesOf(before.rows, after.rows);
  const [first, second] = [completionsOfRows(before.rows), completionsOfRows(after.rows)];
  return {
    problems: before.rows.length,
    comparison: compareEvaluations(before, after, options),
    better: changes.filter(({ by }) => by > 0).map(({ id }) => id),
    worse: changes.filter(({ by }) => by < 0).map(({ id }) => id),
    before: analyseCompletions(first, { problems }),
    after: analyseCompletions(second, { problems }),
    similarity: runSimilarity(first, second, { problems }),
  };
}

function changesOf(
  before: readonly EvaluationRow[],
  after: readonly EvaluationRow[],
): { id: string; by: number }[] {
  const later = new Map(after.map((row) => [row.problemId, row]));
  return before.flatMap((row) => {
    const match = later.get(row.problemId);
    const from = rowRate(row, 'fully_clean_rate');
    const to = match ? rowRate(match, 'fully_clean_rate') : null;
    return from === null || to === null ? [] : [{ id: row.problemId, by: to - from }];
  });
}
