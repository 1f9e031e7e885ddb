import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Evaluation, EvaluationRow, IntervalOptions } from '../../evaluation/index.js';
import { evaluatePolicy } from '../../evaluation/index.js';
import type { Config } from '../config/index.js';
import { readJson, writeFileAtomically, writeJson } from '../run/files.js';
import type { ActiveRun } from '../run/run.js';
import { runPaths } from '../run/run-folder.js';
import { evaluationSampling, evaluationSplits, requiredJudge } from '../workplace/index.js';

/** Evaluations by split. */
export type Evaluations = Record<string, Evaluation>;

/**
 * Measures the policy on every held-out split, or reads the measurement back where this run has
 * made it already.
 */
export async function evaluateStage(
  active: ActiveRun,
  when: 'before' | 'after',
): Promise<Evaluations> {
  const { place, run, clock, emit, signal } = active;
  const { evaluation } = place.config;
  const splits = evaluationSplits(place);
  const count = splits.reduce((sum, { problems }) => sum + problems.length, 0);
  clock.begin(
    `evaluate_${when}`,
    `Evaluating ${when} training: ${count} held-out problems, ${count * evaluation.num_samples} completions`,
  );
  const file = run.paths.evaluation(when);
  const stored = existsSync(file) ? await readEvaluations(file) : null;
  const evaluations: Evaluations = {};
  for (const { split, title, problems } of splits) {
    evaluations[split] =
      stored?.[split] ??
      (await evaluatePolicy({
        policy: place.policy,
        problems,
        settings: evaluationSampling(place),
        judge: requiredJudge(place),
        numSamples: evaluation.num_samples,
        seed: evaluation.seed,
        split,
        intervals: intervalOptions(place.config),
        signal,
        onProgress: (part, done, total) =>
          clock.progress(
            `${title}: completions ${part === 'sample' ? 'sampled' : 'judged'}`,
            done,
            total,
          ),
      }));
    emit({
      type: 'evaluation',
      when,
      split,
      evaluation: evaluations[split],
      stored: stored !== null,
    });
  }
  if (!stored) await writeEvaluations(file, evaluations);
  return evaluations;
}

export function intervalOptions({ evaluation }: Config): IntervalOptions {
  return { resamples: evaluation.bootstrap_resamples, confidence: evaluation.confidence };
}

/** The summary as JSON; beside it the rows, one problem a line, as `.jsonl`. */
async function writeEvaluations(file: string, evaluations: Evaluations): Promise<void> {
  const rows = Object.values(evaluations).flatMap(({ split, rows: own }) =>
    own.map((row) => `${JSON.stringify({ split, ...row })}\n`),
  );
  await writeFileAtomically(rowsFile(file), rows.join(''));
  const summaries = Object.entries(evaluations).map(([split, { rows: _rows, ...summary }]) => [
    split,
    summary,
  ]);
  // Last: its presence says that the measurement is whole.
  await writeJson(file, Object.fromEntries(summaries));
}

/** The measurement of a run, as stored in its folder. */
export function readRunEvaluations(folder: string, when: 'before' | 'after'): Promise<Evaluations> {
  return readEvaluations(runPaths(folder).evaluation(when));
}

async function readEvaluations(file: string): Promise<Evaluations> {
  const summaries = (await readJson(file)) as Record<string, Omit<Evaluation, 'rows'>>;
  const rows = (await readFile(rowsFile(file), 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as EvaluationRow & { split: string });
  return Object.fromEntries(
    Object.entries(summaries).map(([split, summary]) => [
      split,
      {
        ...summary,
        rows: rows
          .filter((row) => row.split === split)
          .map(({ split: _split, ...row }): EvaluationRow => row),
      },
    ]),
  );
}

function rowsFile(file: string): string {
  return file.replace(/\.json$/, '.jsonl');
}
