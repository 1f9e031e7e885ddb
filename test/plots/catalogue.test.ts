import { describe, expect, it } from 'vitest';
import type { Figure } from '../../src/plots/index.js';
import {
  advantageHistogram,
  binNames,
  clipCurves,
  diversityFigure,
  histogram,
  outcomeCounts,
  outcomeFlowOf,
  passAtKCurves,
  policyCurves,
  preferenceMargins,
  rateForest,
  ratioHistogram,
  reliabilityDiagram,
  rewardComponents,
  rewardComponentsOf,
  rewardDistribution,
  rewardTiers,
  stageTimeline,
  tokenHeat,
} from '../../src/plots/index.js';
import type { Outcome } from '../../src/records.js';
import { inspectRollout } from '../../src/rollouts/index.js';
import { comparison, verdict } from './examples.js';

const rewarded = (step: number, reward: number | null, outcome: Outcome) => ({
  step,
  reward,
  verdict: { ...verdict(outcome === 'clean'), outcome },
});

const judged = (problemId: string, ...outcomes: Outcome[]) =>
  outcomes.map((outcome) => ({ problemId, verdict: { outcome } }));

const named = ({ data }: Figure, name: string): Record<string, unknown> => {
  const found = data.find((trace) => trace['name'] === name);
  if (!found) throw new Error(`no trace ${name}`);
  return found;
};

describe('histogram', () => {
  it('has bins of a round width whose edges are multiples of it', () => {
    const bins = histogram([0.05, 0.1, 0.3, 0.31, 0.99], { most: 10 });
    expect(bins).toEqual({ from: 0, width: 0.1, counts: [1, 1, 0, 2, 0, 0, 0, 0, 0, 1] });
    expect(binNames(bins)[3]).toBe('0.3 to 0.4');
  });

  it('keeps a value on an edge above it, and leaves out what is no number', () => {
    expect(histogram([-1, 0, 1, NaN, Infinity], { most: 3 })).toEqual({
      from: -1,
      width: 1,
      counts: [1, 1, 1],
    });
  });

  it('has one bin for one value, and none for none', () => {
    expect(histogram([2]).counts).toEqual([1]);
    expect(histogram([]).counts).toEqual([]);
  });
});

describe('figures of rewards', () => {
  const rollouts = [
    rewarded(1, 1, 'clean'),
    rewarded(1, 0.3, 'wrong_answer'),
    rewarded(1, 0, 'compile_error'),
    rewarded(2, 1, 'clean'),
    rewarded(2, 1, 'clean'),
    rewarded(2, null, 'sandbox_error'),
  ];

  it('stack completions of each tier by outcome, the unscorable left out', () => {
    const figure = rewardDistribution(rollouts);
    expect(named(figure, 'clean')).toMatchObject({ x: ['0', '0.3', '1'], y: [0, 0, 3] });
    expect(named(figure, 'wrong answer')).toMatchObject({ y: [0, 1, 0] });
    expect(figure.data).toHaveLength(3);
  });

  it('put many different rewards in bins', () => {
    const many = Array.from({ length: 40 }, (_, i) => rewarded(1, i / 40, 'clean'));
    const { x, y } = rewardDistribution(many).data[0] as { x: number[]; y: number[] };
    expect(x[0]).toBe(0.025);
    expect(y.reduce((sum, n) => sum + n, 0)).toBe(40);
  });

  it('give mean, middle 80 % and shares of outcomes of each step', () => {
    const figure = rewardTiers(rollouts);
    const means = named(figure, 'mean')['y'] as number[];
    expect(means[0]).toBeCloseTo(1.3 / 3, 12);
    expect(means[1]).toBe(1);
    // Of 0, 0.3 and 1: a fifth of the way to the second, four fifths of it to the third.
    expect((figure.data[0]['y'] as number[])[0]).toBeCloseTo(0.06, 12);
    expect((figure.data[1]['y'] as number[])[0]).toBeCloseTo(0.86, 12);
    expect(named(figure, 'clean')['y']).toEqual([1 / 3, 1]);
  });

  it('tell reward functions apart, with a band within what was scored', () => {
    const scored = (step: number, score: number | null) => ({
      step,
      rewards: [{ name: 'a', weight: 2, score, spans: [], log: {} }],
    });
    const components = rewardComponentsOf([scored(1, 0), scored(1, 1), scored(2, null)]);
    expect(components).toEqual([{ name: 'a', points: [{ step: 1, mean: 0.5, low: 0, high: 1 }] }]);
    expect(named(rewardComponents(components), 'a')).toMatchObject({ x: [1], y: [0.5] });
  });
});

describe('figures of outcomes', () => {
  const before = [...judged('p', 'compile_error', 'clean'), ...judged('q', 'warning')];
  const after = [...judged('p', 'clean', 'clean'), ...judged('r', 'clean')];

  it('count both sides in the order from best to worst', () => {
    const { data } = outcomeCounts(before, after);
    expect(data[0]).toMatchObject({ name: 'before (3)', x: ['clean', 'warning', 'compile error'] });
    expect(data[0]['y']).toEqual([1 / 3, 1 / 3, 1 / 3]);
    expect(data[1]['y']).toEqual([1, 0, 0]);
  });

  it('pair sample i of a problem with sample i of the same problem', () => {
    const [heat] = outcomeFlowOf(before, after).data;
    expect(heat['text']).toEqual([
      ['1', ''],
      ['1', ''],
    ]);
  });
});

describe('figures of an update', () => {
  it('give shares of completions and tokens by advantage, and how many are exactly 0', () => {
    const figure = advantageHistogram({ sequences: [0, 0, 1, -1], tokens: [1, 1] });
    const bars = named(figure, 'completions') as { x: number[]; y: number[] };
    const at = (x: number): number => bars.y[bars.x.findIndex((one) => Math.abs(one - x) < 0.05)];
    expect([at(0.05), at(1.05), at(-0.95)]).toEqual([0.5, 0.25, 0.25]);
    expect(figure.layout['title']).toMatchObject({
      text: 'Advantages (50.0 % of completions at exactly 0)',
    });
  });

  it('count tokens by ratio on a logarithmic axis, with the edges of the clip range', () => {
    const figure = ratioHistogram([1, 1, 1.05, 1.3, 0.7], { epsilon: 0.2, epsilonHigh: 0.28 });
    expect(figure.layout['title']).toMatchObject({
      text: 'Ratios of 5 tokens (40.00 % outside 0.8 to 1.28)',
    });
    const y = figure.data[0]['y'] as (number | null)[];
    expect(y.reduce<number>((sum, n) => sum + (n ?? 0), 0)).toBe(5);
    expect(figure.layout['shapes']).toMatchObject([{ x0: 0.8 }, { x0: 1.28 }]);
  });

  it('have a panel for each metric that is there, with its unit', () => {
    const rows = [1, 2].map((step) => ({ step, kl: 0.1 * step, entropy: 1, grad_norm: 2 }));
    const { layout, data } = policyCurves(rows);
    expect(layout['yaxis']).toMatchObject({ title: { text: 'KL (nats a token)' } });
    expect(layout['yaxis2']).toMatchObject({ title: { text: 'entropy (nats a token)' } });
    expect(layout['yaxis3']).toBeUndefined();
    expect(data).toHaveLength(4);
    expect(clipCurves(rows).data).toHaveLength(2);
  });

  it('show chosen and rejected apart', () => {
    const rows = [
      { step: 1, 'rewards/chosen': -0.1, 'rewards/rejected': -0.5, 'rewards/margins': 0.4 },
    ];
    const lines = preferenceMargins(rows).data.filter(({ mode }) => mode === 'lines');
    expect(lines.map(({ name, y }) => [name, y])).toEqual([
      ['chosen', [-0.1]],
      ['rejected', [-0.5]],
      ['margin', [0.4]],
    ]);
  });

  it('share out the time of each step', () => {
    const { data } = stageTimeline([{ step: 1, seconds: { update: 1, sample: 3 } }]);
    expect(data.map(({ name, y }) => [name, y])).toEqual([
      ['sample 75 %', [3]],
      ['sample 75 %', [0.75]],
      ['update 25 %', [1]],
      ['update 25 %', [0.25]],
    ]);
  });
});

describe('figures of measurements', () => {
  it('draw pass@k over doublings with its interval', () => {
    const points = [
      { k: 1, value: 0.5, low: 0.4, high: 0.6, problems: 9 },
      { k: 2, value: 0.7, low: 0.6, high: 0.8, problems: 9 },
    ];
    const { data, layout } = passAtKCurves([{ name: 'a<b>', points }]);
    expect(data.map(({ y }) => y)).toEqual([
      [0.4, 0.6],
      [0.6, 0.8],
      [0.5, 0.7],
    ]);
    expect(data[2]['name']).toBe('a&lt;b&gt;');
    expect(layout['xaxis']).toMatchObject({ type: 'log', tickvals: [1, 2], ticktext: ['1', '2'] });
  });

  it('leave a gap where a measure of diversity could not be taken', () => {
    const { data } = diversityFigure([
      { at: 1, completions: 8, measures: { 'distinct-1': 0.5 } },
      { at: 2, completions: 1, measures: { 'distinct-1': null } },
    ]);
    expect(data[0]).toMatchObject({ x: [1, 2], y: [0.5, null], connectgaps: false });
  });

  it('draw what a discriminator said against what came, empty bins left out', () => {
    const bin = { from: 0, to: 0.5, texts: 4, weight: 1, probability: 0.3, references: 0.25 };
    const empty = { from: 0.5, to: 1, texts: 0, weight: 0, probability: null, references: null };
    const figure = reliabilityDiagram([
      { name: 'after', errors: { ece: 0.05, brier: 0.2, bins: [bin, empty] } },
    ]);
    const points = named(figure, 'after (ECE 0.050, Brier 0.200)');
    expect(points).toMatchObject({ x: [0.3], y: [0.25] });
    expect(named(figure, 'after')).toMatchObject({ x: [0.25, 0.75], y: [1, 0] });
  });

  it('draw the change of each rate with 0 in sight', () => {
    const { data, layout } = rateForest(comparison());
    expect(data).toHaveLength(1);
    expect((data[0]['x'] as number[]).at(-1)).toBeCloseTo(0.11, 12);
    expect((layout['xaxis'] as { range: number[] }).range[0]).toBeLessThan(0);
  });

  it('lay tokens out by line, with blanks to be seen and tags as text', () => {
    const inspection = inspectRollout({
      completion: ' <b>\nx',
      completionIds: [1, 2, 3],
      completionMask: [1, 1, 1],
      byteOffsets: [0, 4, 5, 6],
      logprobs: [-1, 0, 0],
      advantages: { scheme: 'scalar', sequence: 1, tokens: [1, -0.5, 1] },
    });
    const [heat] = tokenHeat(inspection).data;
    expect(heat['text']).toEqual([
      ['·&lt;b&gt;', '↵'],
      ['x', ''],
    ]);
    expect(heat['z']).toEqual([
      [1, -0.5],
      [1, null],
    ]);
  });
});
