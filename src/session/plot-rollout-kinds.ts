/** Figures of rollouts. */
import {
  advantageHistogram,
  diversityFigure,
  passAtKCurves,
  promptAccuracy,
  promptAccuracyGrid,
  promptAccuracyLine,
  ratioHistogram,
  rewardComponents,
  rewardComponentsOf,
  rewardDistribution,
  rewardTiers,
  tokenHeat,
} from '../plots/index.js';
import { inspectRollout } from '../rollouts/index.js';
import { plotKind, type PlotKind } from './plot-kind.js';
import {
  early,
  isJudged,
  isScored,
  judged,
  kept,
  missing,
  oneRollout,
  titled,
  unknownPrompt,
} from './plot-needs.js';
import { accuracyByCount, diversityOf, passAtKOf } from './plot-readings.js';

export const rolloutKinds: readonly PlotKind[] = [
  plotKind({
    name: 'prompt-accuracy',
    summary: 'accuracy over the steps, of one prompt (--prompt-id) or of all as a grid',
    needs: 'judged rollouts',
    draw: async (source, { promptId, numGenerations, title }) => {
      const rollouts = judged(source, 'prompt-accuracy');
      const table =
        numGenerations === undefined
          ? promptAccuracy(rollouts)
          : accuracyByCount(rollouts, numGenerations, promptAccuracy);
      if (table.steps.length === 0) throw missing(source, 'prompt-accuracy', 'verdicts');
      if (promptId === undefined) return promptAccuracyGrid(table, titled(title));
      if (!table.problemIds.includes(promptId)) throw unknownPrompt(promptId, table.problemIds);
      return promptAccuracyLine(table, promptId, titled(title));
    },
  }),
  plotKind({
    name: 'rewards',
    summary: 'completions by reward, stacked by what became of them',
    needs: 'judged and scored rollouts',
    draw: async (source, options) => {
      const rollouts = kept(source, 'rewards', 'rewards', options, isScored);
      return rewardDistribution(rollouts, titled(options.title));
    },
  }),
  plotKind({
    name: 'reward-tiers',
    summary: 'mean reward and shares of the outcomes over the steps',
    needs: 'judged and scored rollouts',
    draw: async (source, { title }) => {
      const rollouts = kept(source, 'reward-tiers', 'rewards', {}, isScored);
      return rewardTiers(rollouts, titled(title));
    },
  }),
  plotKind({
    name: 'reward-components',
    summary: 'the score of each reward function over the steps',
    needs: 'scored rollouts',
    draw: async (source, { title }) => {
      const components = rewardComponentsOf(source.rollouts());
      if (components.length === 0) throw missing(source, 'reward-components', 'rewards');
      return rewardComponents(components, titled(title));
    },
  }),
  plotKind({
    name: 'advantages',
    summary: 'completions and tokens by advantage',
    needs: 'rollouts with advantages',
    draw: async (source, options) => {
      const sequences: number[] = [];
      const tokens: number[] = [];
      for (const { step, advantages } of source.rollouts()) {
        if (!advantages || (options.step !== undefined && step !== options.step)) continue;
        sequences.push(advantages.sequence);
        for (const value of advantages.tokens) tokens.push(value);
      }
      if (sequences.length === 0) throw missing(source, 'advantages', 'advantages', options);
      return advantageHistogram({ sequences, tokens }, titled(options.title));
    },
  }),
  plotKind({
    name: 'ratios',
    summary: 'tokens by probability now over probability at sampling time, with the clip range',
    needs: 'a policy and rollouts that it sampled',
    draw: async (source, { title }) => {
      const ratios = await source.ratios();
      if (ratios === null) throw missing(source, 'ratios', 'a policy');
      if (ratios.values.length === 0) throw missing(source, 'ratios', 'rollouts');
      return ratioHistogram(ratios.values, ratios.range, titled(title));
    },
  }),
  plotKind({
    name: 'tokens',
    summary: 'the tokens of one rollout as a heat map (--id, --heat)',
    needs: 'rollouts',
    draw: async (source, options) => {
      const rollout = oneRollout(source, options);
      const { heat, title } = options;
      return tokenHeat(
        inspectRollout(rollout, { title: rollout.id, ...(heat === undefined ? {} : { heat }) }),
        titled(title),
      );
    },
  }),
  plotKind({
    name: 'pass-at-k',
    summary: 'chance that one of k samples is right, with intervals over problems',
    needs: 'judged rollouts, several of each problem',
    draw: async (source, options) => {
      const rollouts = [...kept(source, 'pass-at-k', 'verdicts', options, isJudged)];
      const curves = early(rollouts).map(({ name, own }) => passAtKOf(name, own));
      return passAtKCurves(curves, titled(options.title));
    },
  }),
  plotKind({
    name: 'diversity',
    summary: 'how different completions are from each other, over the steps',
    needs: 'rollouts',
    draw: async (source, options) => {
      const rollouts = [...kept(source, 'diversity', 'rollouts', options, () => true)];
      return diversityFigure(diversityOf(rollouts), titled(options.title));
    },
  }),
];
