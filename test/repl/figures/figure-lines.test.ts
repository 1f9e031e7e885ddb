import { describe, expect, it } from 'vitest';
import type { Figure } from '../../../src/plots/index.js';
import {
  beforeAfterFigure,
  learningCurves,
  outcomeCounts,
  outcomeFlowOf,
  passAtKCurves,
  promptAccuracy,
  promptAccuracyGrid,
  ratioHistogram,
  rewardTiers,
  stageTimeline,
  tokenHeat,
} from '../../../src/plots/index.js';
import type { Outcome } from '../../../src/records.js';
import { figureLines, type FigureOptions } from '../../../src/repl/figures/index.js';
import { plainText, textWidth } from '../../../src/repl/styled.js';
import { inspectRollout } from '../../../src/rollouts/index.js';
import { comparison, exampleRun, metricsRows, verdict } from '../../plots/examples.js';

const at80 = (figure: Figure, options: Partial<FigureOptions> = {}): string =>
  figureLines(figure, { width: 80, ...options })
    .map(plainText)
    .join('\n');

const judged = (problemId: string, ...outcomes: Outcome[]) =>
  outcomes.map((outcome) => ({ problemId, verdict: { outcome } }));

const line = (y: (number | null)[], layout: Record<string, unknown> = {}): Figure => ({
  data: [{ type: 'scatter', mode: 'lines', x: y.map((_, i) => i), y }],
  layout: { title: { text: 'A line' }, ...layout },
});

const inspection = inspectRollout({
  id: 'run/1/0/0',
  completion: 'int a;\nreturn\u001b[31m b;',
  completionIds: [1, 2, 3, 4],
  completionMask: [1, 1, 1, 1],
  byteOffsets: [0, 3, 7, 13, 21],
  logprobs: [-0.1, -0.1, -2, 0],
  advantages: { scheme: 'span_penalty', sequence: 1, tokens: [1, 1, -0.6, 0] },
});

const steps = [1, 2, 3, 4].flatMap((step) =>
  (['clean', 'clean', 'wrong_answer', 'compile_error'] as const).map((outcome, i) => ({
    step,
    reward: i < step ? 1 : 0,
    verdict: { ...verdict(true), outcome: i < step ? ('clean' as const) : outcome },
  })),
);

const figures: Record<string, Figure> = {
  'learning curves of several panels': learningCurves(metricsRows(30)),
  'a grid of prompts': promptAccuracyGrid(promptAccuracy(exampleRun(12, 12))),
  'stacked bars over the steps': rewardTiers(steps),
  'lying bars of long names': outcomeCounts(
    judged('p', 'clean', 'runtime_error', 'compile_error', 'wrong_answer', 'timeout'),
    judged('p', 'clean', 'clean', 'clean', 'wrong_answer', 'memory_limit'),
  ),
  'a matrix with numbers': outcomeFlowOf(
    judged('p', 'clean', 'runtime_error', 'compile_error'),
    judged('p', 'clean', 'clean', 'compile_error'),
  ),
  'a forest of intervals': beforeAfterFigure(comparison()),
  'bands over a scale of doublings': passAtKCurves([
    {
      name: 'before',
      points: [1, 2, 4, 8].map((k) => ({
        k,
        problems: 9,
        value: k / 12,
        low: k / 14,
        high: k / 10,
      })),
    },
    {
      name: 'after',
      points: [1, 2, 4, 8].map((k) => ({ k, problems: 9, value: 0.8, low: 0.75, high: 0.9 })),
    },
  ]),
  'bars on a logarithmic axis': ratioHistogram(
    [...Array<number>(1000).fill(1), 0.9, 0.95, 1.05, 1.05, 1.1, 1.3],
    { epsilon: 0.2 },
  ),
  'time by parts': stageTimeline(
    [1, 2, 3].map((step) => ({ step, seconds: { sample: 2 * step, judge: 3, update: 1 } })),
  ),
  'tokens as source': tokenHeat(inspection),
};

describe('figureLines', () => {
  for (const [name, figure] of Object.entries(figures)) {
    it(`draws ${name}, at 80 columns and in plain ASCII`, () => {
      expect(at80(figure)).toMatchSnapshot();
      const plain = at80(figure, { ascii: true });
      expect(plain).toMatch(/^[\x20-\x7e\n]*$/);
      expect(plain).toMatchSnapshot();
    });

    it(`keeps ${name} within the width, from narrow to wide`, () => {
      for (const width of [30, 45, 80, 160]) {
        const lines = figureLines(figure, { width });
        const widest = Math.max(...lines.map((one) => textWidth(plainText(one))));
        expect(widest).toBeLessThanOrEqual(width);
      }
    });
  }

  it('says so where a figure holds no values', () => {
    expect(at80(line([null, null]))).toBe('A line\nnothing to draw: the figure holds no values');
    expect(at80({ data: [], layout: {} })).toBe('nothing to draw: the figure holds no values');
  });

  it('draws the largest value in the top row, the smallest in the lowest, and a gap as nothing', () => {
    const rows = figureLines(line([0, 1, null, null, 1, 0]), { width: 68, rows: 6 })
      .map(plainText)
      .filter((row) => /[│┤]/.test(row));
    const field = rows.map((row) => row.replace(/^.*?[│┤]/, '').padEnd(62));
    expect(field[0].trim()).not.toBe('');
    expect(field[5][0]).not.toBe(' ');
    for (const row of field) expect(row.slice(14, 48).trim()).toBe('');
  });

  it('tells series apart by their signs, which the legend names', () => {
    const figure = line([0, 1, 2]);
    figure.data[0]['name'] = 'rising';
    figure.data.push({ ...figure.data[0], name: 'falling', y: [2, 1, 0] });
    const text = at80(figure);
    expect(text).toContain('● rising   ■ falling');
    const field = text.split('\n').slice(2).join('\n');
    expect(field).toContain('●');
    expect(field).toContain('■');
  });

  it('keeps powers of ten equally far apart on a logarithmic axis', () => {
    const rows = figureLines(line([1, 10, 100], { yaxis: { type: 'log' } }), {
      width: 60,
      rows: 9,
    }).map(plainText);
    const at = (label: string): number =>
      rows.findIndex((row) => row.startsWith(label.padStart(4)));
    expect(at('10') - at('100')).toBe(at('1') - at('10'));
    expect(at('10')).toBeGreaterThan(0);
  });

  it('is a sparkline for each series where there are three rows or fewer', () => {
    const lines = figureLines(figures['learning curves of several panels'], { width: 80, rows: 1 });
    expect(lines).toHaveLength(7);
    expect(plainText(lines[2])).toMatch(/^compiles +[▁-█ ]+ +\d+\.\d% → \d+\.\d%$/);
  });

  it('lets no control character of a text through', () => {
    const figure = line([0, 1], { title: { text: 'a\u001b[31mb' } });
    expect(at80(figure)).toContain('a⟨ESC⟩[31mb');
    expect(at80(figures['tokens as source'])).not.toContain('\u001b');
  });
});
