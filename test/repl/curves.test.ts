import { describe, expect, it } from 'vitest';
import { plainText } from '../../src/repl/styled.js';
import { areaChart, sparkline } from '../../src/repl/views/curves.js';
import { duration, points } from '../../src/repl/views/numbers.js';

describe('curves', () => {
  it('run from the lowest block to the highest', () => {
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 20)).toBe('▁▂▃▄▅▆▇█');
  });

  it('draw a constant in the middle and nothing from nothing', () => {
    expect(sparkline([2, 2, 2], 20)).toBe('▄▄▄');
    expect(sparkline([], 20)).toBe('');
  });

  it('average steps where there are more than columns', () => {
    expect(sparkline([0, 0, 1, 1, 0, 0], 3)).toBe('▁█▁');
  });

  it('leave out what is not a number', () => {
    expect(sparkline([0, Number.NaN, 1], 20)).toBe('▁█');
  });

  it('write the bounds of a chart at its side', () => {
    const rows = areaChart([0, 1], { width: 20, height: 2, write: (v) => v.toFixed(1) });
    expect(rows.map(plainText)).toEqual(['      1.0 ┤ █', '      0.0 ┤▁█']);
  });
});

describe('numbers', () => {
  it('give durations the unit a person expects', () => {
    expect([4200, 65_000, 3_729_000].map(duration)).toEqual(['4 s', '1:05 min', '1:02:09 h']);
  });

  it('write a fall with a minus sign', () => {
    expect([0.154, -0.021, 0].map(points)).toEqual(['+15.4', '−2.1', '0.0']);
  });
});
