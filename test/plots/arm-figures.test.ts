import { describe, expect, it } from 'vitest';
import { armCurves, armDifferences } from '../../src/plots/index.js';

const curve = (arm: string, panel: string, values: number[], width = 0.1) => ({
  arm,
  panel,
  points: values.map((value, index) => ({
    share: index / (values.length - 1),
    value,
    low: value - width,
    high: value + width,
  })),
});

describe('armCurves', () => {
  const figure = armCurves([
    curve('dpo-scalar', 'DPO', [0.2, 0.3, 0.4]),
    curve('dpo-token', 'DPO', [0.2, 0.4, 0.5]),
    curve('sft', 'SFT', [0.2, 0.2, 0.3], NaN),
  ]);
  const named = figure.data.filter(({ name }) => name !== undefined);

  it('has one panel for each group, with a legend of its own', () => {
    expect(named.map(({ name, xaxis, legend }) => [name, xaxis, legend])).toEqual([
      ['dpo-scalar', 'x', 'legend'],
      ['dpo-token', 'x', 'legend'],
      ['sft', 'x2', 'legend2'],
    ]);
    expect(figure.layout['legend2']).toMatchObject({ title: { text: '<b>SFT</b>' } });
    // The same range for all panels: of values and intervals, with a little room.
    const { range } = figure.layout['yaxis'] as { range: [number, number] };
    expect(range[0]).toBeCloseTo(0.1 - 0.025, 12);
    expect(range[1]).toBeCloseTo(0.6 + 0.025, 12);
    expect(figure.layout['yaxis2']).toMatchObject({ range });
  });

  it('draws a band where there is an interval, and none where there is one seed', () => {
    const bands = figure.data.filter(({ fill }) => fill === 'tonexty');
    expect(bands.map(({ legendgroup, xaxis }) => [legendgroup, xaxis])).toEqual([
      ['dpo-scalar', 'x'],
      ['dpo-token', 'x'],
    ]);
    expect(bands[0]['y']).toEqual([0.2, 0.3, 0.4].map((value) => value + 0.1));
  });

  it('leaves the figure empty, and does not fail, where there is nothing', () => {
    expect(armCurves([]).data).toEqual([]);
  });
});

describe('armDifferences', () => {
  it('has the first difference on top, its interval, and the single seeds', () => {
    const { data, layout } = armDifferences([
      { label: 'a', value: 0.1, low: 0, high: 0.3, bySeed: [0.05, 0.15] },
      { label: 'b', value: -0.1, low: -0.2, high: 0, bySeed: [-0.1] },
    ]);
    expect(layout['yaxis']).toMatchObject({ ticktext: ['b', 'a'] });
    expect(data[0]).toMatchObject({ x: [-0.1, 0.05, 0.15], y: [0, 1, 1] });
    expect(data[1]).toMatchObject({
      x: [-0.1, 0.1],
      error_x: { array: [0.1, expect.closeTo(0.2)], arrayminus: [0.1, 0.1] },
    });
  });
});
