import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { inputError } from '../errors.js';
import { readEvaluations } from '../evaluation/index.js';
import type { Evaluations } from '../evaluation/index.js';
import type { DiscriminatorReport, StudySummary } from '../experiments/index.js';
import { readMetrics, runPaths } from '../experiments/index.js';
import { readJson } from '../experiments/run/files.js';
import { rateTitles } from '../experiments/study/index.js';
import { readRollouts } from '../rollouts/index.js';
import { ratiosOfRun } from './plot-ratios.js';
import type { PlotNeed, PlotSource } from './plot-source.js';

/**
 * What a run folder, a folder of stages, of a study or of a discriminator, or a log of rollouts holds for
 * figures. A folder of stages has the rollouts and metrics of its last training.
 * @param options.rollouts a log instead of the folder's own
 */
export function runPlotSource(
  place: string | undefined,
  options: { rollouts?: string } = {},
): PlotSource {
  const isFile = place !== undefined && existsSync(place) && statSync(place).isFile();
  const folder = isFile ? null : (place ?? null);
  const log = options.rollouts ?? (isFile ? place : undefined);
  if (folder !== null && !existsSync(folder)) throw noSuchPlace(folder);
  if (log !== undefined && !existsSync(log)) throw noSuchPlace(log);
  const trainings = folder === null ? [] : [folder, ...innerTrainings(folder)];
  const fileOf = (of: (folder: string) => string): string | undefined =>
    trainings.map(of).find((file) => existsSync(file) && statSync(file).size > 0);
  const evaluation = async (...names: string[]): Promise<Evaluations | null> => {
    if (folder === null) return null;
    const file = names.map((name) => path.join(folder, name)).find((one) => existsSync(one));
    return file === undefined ? null : readEvaluations(file);
  };
  return {
    name: log ?? folder ?? 'nothing',
    rollouts() {
      const file = log ?? fileOf((one) => runPaths(one).rollouts);
      return file === undefined ? [] : readRollouts(file);
    },
    async metrics() {
      const file = fileOf((one) => runPaths(one).metrics);
      return file === undefined ? [] : readMetrics(file);
    },
    evaluations: async () => ({
      before: await evaluation('evaluations_before.json', 'evaluations_baseline.json'),
      after: await evaluation('evaluations_after.json'),
    }),
    ratios: async () => {
      const trained = trainings.find((one) => {
        const { status, config, rollouts } = runPaths(one);
        return [status, config, rollouts].every((file) => existsSync(file));
      });
      return trained === undefined ? null : ratiosOfRun(trained);
    },
    arms: async () => {
      const file = folder === null ? '' : path.join(folder, 'summary.json');
      if (!existsSync(file)) return { curves: [], measure: '' };
      const { arms, curves, rates } = (await readJson(file)) as StudySummary;
      const panelOf = (name: string): string =>
        (arms.find((arm) => arm.name === name)?.method ?? name).toUpperCase();
      return {
        curves: curves
          .filter(({ points }) => points.length > 0)
          .map(({ arm, points }) => ({ arm, panel: panelOf(arm), points: points.map(withNaN) })),
        measure: rateTitles[rates[0]],
      };
    },
    calibration: async () => {
      const file = folder === null ? '' : path.join(folder, 'report.json');
      if (!existsSync(file)) return [];
      const { measures } = (await readJson(file)) as Partial<DiscriminatorReport>;
      if (!measures) return [];
      return [
        { name: 'before', errors: measures.before },
        { name: 'after Platt scaling', errors: measures.after },
      ];
    },
    advice: (need) => advice[need],
  };
}

const advice: Readonly<Record<PlotNeed, string>> = {
  rollouts: 'Give a run that samples (GRPO, PPO, tour), or --rollouts FILE.',
  verdicts: 'Give a run whose rollouts were judged; rlsf judge judges a file.',
  rewards: 'Give a run whose rollouts were scored; rlsf rescore scores them again.',
  advantages: 'Give a run of GRPO or PPO; rlsf rescore computes advantages of a log.',
  'two sides': 'Give a run with both evaluations, or one that drew its problems more than once.',
  metrics: 'Give the folder of a training.',
  'rewards of pairs': 'Give a training by DPO, KTO, CPO or ORPO.',
  'times of the parts': 'Runs record step_time/… since they have it: train again.',
  'two evaluations': 'Give a run that was measured before and after: evaluation.problems above 0.',
  'a policy':
    'Give the folder of a training by GRPO or PPO: its policy is asked about its last step.',
  'a study': 'Give the folder of a study after rlsf study has written its summary.json.',
  'a discriminator': 'Give the folder that rlsf train discriminator wrote.',
};

/** Of a folder of stages: the last training first. */
function innerTrainings(folder: string): string[] {
  const chain = path.join(folder, 'train');
  const inner = existsSync(chain)
    ? readdirSync(chain)
        .filter((name) => /^\d+-/.test(name))
        .sort((a, b) => parseInt(b) - parseInt(a))
        .map((name) => path.join(chain, name))
    : [];
  return [path.join(folder, 'online_grpo'), ...inner].filter((one) => existsSync(one));
}

/** JSON has no NaN: an end without a value was written as null. */
function withNaN<Point extends { low: number; high: number }>(point: Point): Point {
  const end = (value: number | null): number => value ?? NaN;
  return { ...point, low: end(point.low), high: end(point.high) };
}

function noSuchPlace(place: string): Error {
  return inputError(
    `${place}: expected a run folder or a rollouts.jsonl, there is no such place. Run folders lie in runs/.`,
  );
}
