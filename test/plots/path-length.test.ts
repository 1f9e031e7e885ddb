import { describe, expect, it } from 'vitest';
import { pathLength, pointAlong } from '../../src/plots/path-length.js';

describe('the length of a path', () => {
  it('is that of its straight pieces', () => {
    expect(pathLength('M0,0L3,4L3,14')).toBe(15);
    expect(pathLength('M-1.5e1 0 L 5 0')).toBe(20);
    expect(pathLength('')).toBe(0);
  });

  it('gives the point so far along it, and its ends beyond', () => {
    expect(pointAlong('M0,0L3,4L3,14', 2.5)).toEqual({ x: 1.5, y: 2 });
    expect(pointAlong('M0,0L3,4L3,14', 10)).toEqual({ x: 3, y: 9 });
    expect(pointAlong('M0,0L3,4L3,14', 99)).toEqual({ x: 3, y: 14 });
    expect(pointAlong('M0,0L3,4', -1)).toEqual({ x: 0, y: 0 });
  });
});
