import { describe, expect, it } from 'vitest';
import {
  beforeAfterFigure,
  learningCurves,
  promptAccuracy,
  promptAccuracyGrid,
  promptAccuracyLine,
  runningMean,
  trainingCurves,
} from '../../src/plots/index.js';
import { comparison, metricsRows, rollouts } from './examples.js';

describe('promptAccuracy', () => {
  const table = promptAccuracy(
    rollouts([
      { step: 1, problemId: 'a', clean: [true, false] },
      { step: 1, problemId: 'b', clean: [false, false] },
      { step: 3, problemId: 'a', clean: [true, true] },
    ]),
  );

  it('gives the share of clean completions per prompt and step, null where none was sampled', () => {
    expect(table.problemIds).toEqual(['a', 'b']);
    expect(table.steps).toEqual([1, 3]);
    expect(table.accuracy).toEqual([
      [0.5, 1],
      [0, null],
    ]);
    expect(table.counts).toEqual([
      [2, 2],
      [2, 0],
    ]);
  });

  it('leaves out what the judge could not score', () => {
    const [rollout] = rollouts([{ step: 1, problemId: 'a', clean: [true] }]);
    const broken = {
      ...rollout,
      verdict: { ...rollout.verdict!, outcome: 'sandbox_error' as const },
    };
    expect(promptAccuracy([rollout, broken]).accuracy).toEqual([[1]]);
  });

  it('draws a grid whose cells hold until the prompt is seen again, best prompt on top', () => {
    const [heatmap] = promptAccuracyGrid(table).data;
    expect(heatmap.y).toEqual(['b', 'a']);
    expect(heatmap.z).toEqual([
      [0, 0],
      [0.5, 1],
    ]);
    expect(heatmap.customdata).toEqual([
      [1, 1],
      [1, 3],
    ]);
    expect(heatmap).toMatchObject({ xgap: 1, ygap: 1, zmin: 0, zmax: 1 });
  });

  it('draws one prompt only where it was sampled', () => {
    expect(promptAccuracyLine(table, 'b').data[0]).toMatchObject({ x: [1], y: [0] });
  });
});

describe('learningCurves', () => {
  it('draws points and a running mean per metric that is there, and nothing for one that is not', () => {
    const rows = metricsRows(6).map(({ kl: _kl, ...row }) => ({ ...row, step: row.step ?? 0 }));
    const figure = learningCurves(rows, { window: 2 });
    expect(figure.data).toHaveLength(10);
    expect(figure.data.some((trace) => trace.name === 'KL')).toBe(false);
  });

  it('averages over the last values only', () => {
    expect(runningMean([1, 3, 5, 7], 2)).toEqual([1, 2, 4, 6]);
  });
});

describe('beforeAfterFigure', () => {
  it('carries values and intervals of both sides', () => {
    const { data } = beforeAfterFigure(comparison());
    expect(data.map((trace) => trace.name)).toEqual(['before', 'after']);
    expect((data[0].x as number[])[0]).toBe(0.4);
    const error = data[0].error_x as { array: number[]; arrayminus: number[] };
    expect(error.array[0]).toBeCloseTo(0.06, 10);
    expect(error.arrayminus[0]).toBeCloseTo(0.07, 10);
  });
});

describe('trainingCurves', () => {
  const step = (index: number, metrics: Record<string, number>) => ({ step: index, ...metrics });

  it('is learningCurves where completions were rewarded', () => {
    const rows = [step(1, { reward: 0.1, kl: 0 }), step(2, { reward: 0.2, kl: 0.1 })];
    expect(trainingCurves(rows)).toEqual(learningCurves(rows));
  });

  it('shows loss, preference and margin of pairs, and nothing that was not measured', () => {
    const rows = [1, 2, 3].map((index) =>
      step(index, {
        loss: 1 / index,
        'rewards/accuracies': 0.5,
        'rewards/margins': index,
        grad_norm: 1,
      }),
    );
    const { data, layout } = trainingCurves(rows);
    const lines = data.filter((trace) => trace['mode'] === 'lines');
    expect(lines.map((trace) => [trace['name'], trace['yaxis']])).toEqual([
      ['training loss', 'y'],
      ['better side preferred', 'y2'],
      ['margin', 'y3'],
    ]);
    expect(Object.keys(layout).filter((key) => key.startsWith('yaxis'))).toHaveLength(3);
  });

  it('shows a supervised run with its held-out loss', () => {
    const rows = [
      step(1, { loss: 2, grad_norm: 1 }),
      step(2, { loss: 1, grad_norm: 2, eval_loss: 1.5 }),
    ];
    const names = trainingCurves(rows).data.map((trace) => trace['name']);
    expect(names).toContain('held-out loss');
    expect(names).toContain('gradient norm');
  });
});
