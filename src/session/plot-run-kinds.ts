/** Figures of metrics, measurements, studies and discriminators. */
import {
  armCurves,
  beforeAfterFigure,
  clipCurves,
  outcomeCounts,
  outcomeFlowOf,
  policyCurves,
  preferenceMargins,
  rateForest,
  reliabilityDiagram,
  stageTimeline,
  trainingCurves,
} from '../plots/index.js';
import { plotKind, type PlotKind } from './plot-kind.js';
import { comparison, metricsWith, missing, titled, twoSides } from './plot-needs.js';
import { stageTimesOf } from './plot-readings.js';

export const runKinds: readonly PlotKind[] = [
  plotKind({
    name: 'learning',
    summary: 'reward, rates and KL over the steps; of a training on pairs loss and preference',
    needs: 'metrics of steps',
    draw: async (source, { title }) => {
      return trainingCurves(await metricsWith(source, 'learning', () => true), titled(title));
    },
  }),
  plotKind({
    name: 'seeds',
    summary: 'learning curves of a study’s arms, with intervals over its seeds',
    needs: 'the folder of a study with its summary.json',
    draw: async (source, { title }) => {
      const { curves, measure } = await source.arms();
      if (curves.length === 0) throw missing(source, 'seeds', 'a study');
      return armCurves(curves, { measure, ...titled(title) });
    },
  }),
  plotKind({
    name: 'outcomes',
    summary: 'shares of the outcomes, before and after',
    needs: 'measurements before and after, or rollouts of the same problems twice',
    draw: async (source, options) => {
      const { before, after, names } = await twoSides(source, 'outcomes', options);
      return outcomeCounts(before, after, { names, ...titled(options.title) });
    },
  }),
  plotKind({
    name: 'outcome-flow',
    summary: 'what became of each sample: outcome before → outcome after',
    needs: 'measurements before and after, or rollouts of the same problems twice',
    draw: async (source, options) => {
      const { before, after, names } = await twoSides(source, 'outcome-flow', options);
      return outcomeFlowOf(before, after, { names });
    },
  }),
  plotKind({
    name: 'clipping',
    summary: 'share of tokens that the clip range holds back, and the gradient’s norm',
    needs: 'metrics of steps',
    draw: async (source, { title }) => {
      const rows = await metricsWith(
        source,
        'clipping',
        (metric) => metric === 'grad_norm' || /clip(_ratio|frac)/.test(metric),
      );
      return clipCurves(rows, titled(title));
    },
  }),
  plotKind({
    name: 'kl-entropy-length',
    summary: 'KL to the reference, entropy and lengths over the steps',
    needs: 'metrics of steps',
    draw: async (source, { title }) => {
      const rows = await metricsWith(source, 'kl-entropy-length', (metric) =>
        ['kl', 'entropy', 'completions/mean_length'].includes(metric),
      );
      return policyCurves(rows, titled(title));
    },
  }),
  plotKind({
    name: 'margins',
    summary: 'implicit rewards of chosen and rejected apart, their margin and accuracy',
    needs: 'metrics of a training on pairs',
    draw: async (source, { title }) => {
      const rows = await metricsWith(
        source,
        'margins',
        (metric) => metric === 'rewards/chosen',
        'rewards of pairs',
      );
      return preferenceMargins(rows, titled(title));
    },
  }),
  plotKind({
    name: 'stages',
    summary: 'where the time of each step went: sampling, judging, update',
    needs: 'metrics with step_time/… columns',
    draw: async (source, { title }) => {
      const times = stageTimesOf(await source.metrics());
      if (times.length === 0) throw missing(source, 'stages', 'times of the parts');
      return stageTimeline(times, titled(title));
    },
  }),
  plotKind({
    name: 'before-after',
    summary: 'the rates before and after training, with intervals',
    needs: 'measurements before and after',
    draw: async (source, options) => {
      const compared = await comparison(source, 'before-after', options);
      return beforeAfterFigure(compared, titled(options.title));
    },
  }),
  plotKind({
    name: 'forest',
    summary: 'the change of each rate, with its interval',
    needs: 'measurements before and after',
    draw: async (source, options) => {
      const compared = await comparison(source, 'forest', options);
      return rateForest(compared, titled(options.title));
    },
  }),
  plotKind({
    name: 'calibration',
    summary: 'reliability diagram of a discriminator, before and after Platt scaling',
    needs: 'the folder of a discriminator with its report.json',
    draw: async (source, { title }) => {
      const sets = await source.calibration();
      if (sets.length === 0) throw missing(source, 'calibration', 'a discriminator');
      return reliabilityDiagram(sets, titled(title));
    },
  }),
];
