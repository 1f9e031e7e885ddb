/** The page and the summary of an experiment, made from what its stages left. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { compareEvaluations, readEvaluations } from '../../evaluation/index.js';
import type { Figure } from '../../plots/index.js';
import {
  beforeAfterFigure,
  promptAccuracy,
  promptAccuracyGrid,
  trainingCurves,
} from '../../plots/index.js';
import { readRollouts } from '../../rollouts/index.js';
import type { Drawn } from '../run/draw.js';
import { drawFigure } from '../run/draw.js';
import type { BeforeAfter } from '../run/events.js';
import { readJson, writeFileAtomically, writeJson } from '../run/files.js';
import { readMetrics } from '../run/metrics-log.js';
import { runPaths } from '../run/run-paths.js';
import { intervalOptions } from '../stages/evaluate.js';
import type { SplitAnalysis } from './analyze.js';
import type { PageSplit, TrainingRun } from './page.js';
import { experimentPage } from './page.js';
import { lastTraining } from './trained.js';
import type { StageOutcome, StageWork } from './work.js';

/** `<experiment>_summary.json` and `.md`, the same page as report.md, and the figures. */
export async function reportStage(work: StageWork): Promise<StageOutcome> {
  const { config, name, folder, records, clock } = work;
  clock.begin('report', 'Drawing figures and writing the page');
  const splits = await comparedSplits(work);
  const runs = await trainingRuns(work);
  const plots = await drawFigures(work, splits, runs);
  const analysis = await readAnalysis(folder);
  const done = Object.entries(records)
    .filter(([stage, { state }]) => stage !== 'report' && state === 'finished')
    .sort(([, a], [, b]) => a.order - b.order)
    .map(([stage, { facts, started, ended, seconds, outputs }]) => {
      return { stage, what: String(facts.what), facts, started, ended, seconds, outputs };
    });
  const page = experimentPage({ name, config, splits, runs, plots, analysis, done });
  await writeFileAtomically(path.join(folder, `${name}_summary.md`), page);
  await writeFileAtomically(path.join(folder, 'report.md'), page);
  // Last: where it is, the others are whole.
  await writeJson(path.join(folder, `${name}_summary.json`), {
    version: 1,
    experiment: name,
    description: config.description,
    trained: lastTraining(records, work.stages),
    stages: done,
    splits: Object.fromEntries(
      splits.map(({ split, before, after, comparison }) => {
        const { rows: from, ...first } = before;
        const { rows: _rows, ...second } = after;
        return [split, { problems: from.length, before: first, after: second, comparison }];
      }),
    ),
    analysis,
    plots: plots.flatMap(({ files }) => files.map((file) => path.relative(folder, file))),
  });
  return {
    outputs: [`${name}_summary.json`, `${name}_summary.md`, 'report.md'],
    facts: { what: `report.md and ${plots.length} figures` },
    table: splits.map(({ split, before, comparison }): BeforeAfter => {
      return { split, problems: before.rows.length, comparison };
    }),
    plots: plots.flatMap(({ files }) => files),
  };
}

async function comparedSplits({ config, folder }: StageWork): Promise<PageSplit[]> {
  const before = await readEvaluations(path.join(folder, 'evaluations_baseline.json'));
  const after = await readEvaluations(path.join(folder, 'evaluations_after.json'));
  return Object.keys(before)
    .filter((split) => split in after)
    .map((split, index) => ({
      split,
      title: index === 0 ? 'Held-out problems' : 'Families held out whole',
      before: before[split],
      after: after[split],
      comparison: compareEvaluations(before[split], after[split], intervalOptions(config)),
    }));
}

/** Of the trainings that led to what was measured, in order. */
async function trainingRuns({ folder, records, stages }: StageWork): Promise<TrainingRun[]> {
  const last = lastTraining(records, stages)?.stage;
  const place = path.join(folder, 'train');
  const names = existsSync(place) ? (await readdir(place)).sort() : [];
  const chain = names.filter((name) => /^\d+-/.test(name)).map((name) => path.join('train', name));
  const onTop = records.online_grpo?.inputs.hashes['what train_all left'] !== undefined;
  const paths =
    last === 'online_grpo' ? [...(onTop ? chain : []), 'online_grpo'] : last ? chain : [];
  const runs: TrainingRun[] = [];
  for (const at of paths) {
    const metrics = await readMetrics(runPaths(path.join(folder, at)).metrics);
    runs.push({ name: path.basename(at).replace(/^\d+-/, ''), path: at, metrics });
  }
  return runs;
}

async function drawFigures(
  { folder, emit, clock, signal }: StageWork,
  [main]: readonly PageSplit[],
  runs: readonly TrainingRun[],
): Promise<Drawn[]> {
  const figures: [name: string, title: string, figure: Figure][] = [
    ['before-after', 'Before and after', beforeAfterFigure(main.comparison)],
  ];
  for (const { name, path: at, metrics } of runs) {
    const title = `Learning curves, ${name}`;
    const slug = at.replaceAll(path.sep, '-');
    figures.push([`learning-curves-${slug}`, title, trainingCurves(metrics, { title })]);
    const { rollouts } = runPaths(path.join(folder, at));
    const sampled = existsSync(rollouts) ? promptAccuracy(readRollouts(rollouts)) : null;
    if (!sampled || metrics.every((row) => !('reward' in row))) continue;
    figures.push([
      `prompt-accuracy-${slug}`,
      'Accuracy of each prompt over the steps',
      promptAccuracyGrid(sampled),
    ]);
  }
  const plots: Drawn[] = [];
  for (const [name, title, figure] of figures) {
    signal.throwIfAborted();
    clock.progress('plots drawn', plots.length, figures.length);
    plots.push(await drawFigure(path.join(folder, 'plots'), { name, title, figure }, emit));
  }
  return plots;
}

async function readAnalysis(folder: string): Promise<Record<string, SplitAnalysis> | null> {
  const file = path.join(folder, 'analysis.json');
  if (!existsSync(file)) return null;
  return ((await readJson(file)) as { splits: Record<string, SplitAnalysis> }).splits;
}
