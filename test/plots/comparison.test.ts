import { describe, expect, it } from 'vitest';
import type { Analysis, ArmsComparison } from '../../src/evaluation/index.js';
import {
  analyseCompletions,
  compareArms,
  comparisonPage,
  measureTitles,
} from '../../src/evaluation/index.js';
import {
  comparisonFlow,
  comparisonForest,
  comparisonHtml,
  kindsFigure,
  lengthsFigure,
} from '../../src/plots/index.js';
import type { Outcome } from '../../src/records.js';
import { row } from '../evaluation/examples.js';

function comparison(first: Outcome[], second: Outcome[], name = 'b'): ArmsComparison {
  const arm = (own: string, outcomes: Outcome[]) => ({
    name: own,
    runs: [
      {
        label: own,
        evaluation: {
          ...{ split: 's', numSamples: 1, seed: 7, modelRevision: own },
          rows: outcomes.map((outcome, i) => row(`p${i}`, 'f', [outcome])),
        },
        facts: {},
      },
    ],
  });
  return compareArms([arm('a', first), arm(name, second)], { resamples: 200 });
}

const compared = comparison(
  ['clean', 'timeout', 'compile_error', 'clean'],
  ['clean', 'clean', 'clean', 'clean'],
);

describe('figures of comparisons', () => {
  it('show every rate with its interval, and always 0', () => {
    const { data, layout } = comparisonForest(compared, measureTitles);
    const dots = data[1];
    expect(dots['x']).toEqual(
      compared.comparisons[0].measures.map(({ difference }) => difference.value).reverse(),
    );
    const { range } = layout['xaxis'] as { range: [number, number] };
    expect(range[0]).toBeLessThan(0);
    expect(range[1]).toBeGreaterThan(
      Math.max(...compared.comparisons[0].measures.map(({ difference }) => difference.high)),
    );
  });

  it('write the counts of the flow into its cells', () => {
    const { data, layout } = comparisonFlow(compared.comparisons[0]);
    expect(data[0]).toMatchObject({
      x: ['clean', 'timeout', 'compile error'],
      text: [
        ['2', '', ''],
        ['1', '', ''],
        ['1', '', ''],
      ],
    });
    expect(layout['title']).toMatchObject({ text: 'Outcomes: a (rows) → b (columns)' });
  });

  it('give lengths as shares that add up to 1 on each side, in the same bins', () => {
    const of = (values: number[]): Pick<Analysis, 'lengths'> => ({
      lengths: {
        ...{ unit: 'policy', mean: 0, quantiles: {}, truncatedShare: 0 },
        values,
      },
    });
    const { data } = lengthsFigure(of([0, 10, 10, 90]), of([256]));
    const sum = (shares: number[]): number => shares.reduce((all, share) => all + share, 0);
    expect(data.map(({ y }) => sum(y as number[]))).toEqual([1, 1]);
    expect(data[0]['x']).toEqual(data[1]['x']);
    expect(data[1]['y']).toContain(1);
    expect(lengthsFigure(of([]), of([])).data[0]['y']).toEqual([0, 0]);
  });

  it('put the kind that changed most on top, before above after', () => {
    const { data } = kindsFigure([
      { kind: 'leak', first: 5, second: 0 },
      { kind: 'overflow', first: 1, second: 2 },
    ]);
    expect(data.map(({ name, x, y }) => [name, x, y])).toEqual([
      ['after', [2, 0], ['overflow', 'leak']],
      ['before', [1, 5], ['overflow', 'leak']],
    ]);
  });
});

describe('comparisonHtml', () => {
  it('holds tables and figures, draws nothing it does not have, and lets no text become markup', async () => {
    const evil = comparison(['clean'], ['timeout'], '</script><b>x</b>\u202e');
    const analysis = analyseCompletions([row('p0', 'f', ['clean'])]);
    const page = comparisonPage(evil, [{ first: analysis, second: analysis, between: null }]);
    const html = await comparisonHtml(page, {
      differences: comparisonForest(evil, measureTitles),
    });
    expect(html).toContain('<div id="figure-differences">');
    expect(html).not.toContain('id="figure-lengths-0"');
    expect(html).not.toContain('<b>x</b>');
    expect(html).toContain('&lt;/script&gt;&lt;b&gt;x');
    expect(html).not.toContain('\u202e<');
    expect(html).toContain('<h3>Signs of pleasing the judge</h3>');
    // The bundle, the figures: nothing is loaded from elsewhere.
    expect(html).not.toMatch(/<script[^>]+src=|<link/);
  });
});
