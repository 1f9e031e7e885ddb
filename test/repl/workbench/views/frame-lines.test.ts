import { describe, expect, it } from 'vitest';
import { plainText, textWidth } from '../../../../src/repl/styled.js';
import { hints } from '../../../../src/repl/workbench/views/frame-lines.js';

describe('the keys at the foot of a view', () => {
  const all = 'h l token · m heat · s scheme · v group · ? keys · q back';

  it.each([20, 30, 44, 80])('fit %i columns, and always tell how to leave', (width) => {
    const text = plainText(hints(all, width));
    expect(textWidth(text)).toBeLessThanOrEqual(width);
    expect(text).toMatch(/\? keys · q back$/);
  });

  it('are all there where there is room', () => {
    expect(plainText(hints(all, 80))).toBe(all);
    expect(plainText(hints(all, 44))).toBe('h l token · m heat · ? keys · q back');
  });
});
