import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ansiText, isLightTheme, line, span } from '../../src/repl/styled.js';

/** Contrast of one of a terminal's 256 colours (of the cube, from 16) with white, as WCAG counts it. */
function contrastWithWhite(number: number): number {
  const at = number - 16;
  const levels = [0, 95, 135, 175, 215, 255];
  const [red, green, blue] = [Math.floor(at / 36), Math.floor(at / 6) % 6, at % 6].map((level) => {
    const share = levels[level] / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05);
}

describe('the colours of a terminal', () => {
  beforeEach(() => void vi.stubEnv('RLSF_THEME', undefined).stubEnv('COLORFGBG', undefined));
  afterEach(() => void vi.unstubAllEnvs());

  it('are its own on a dark ground', () => {
    expect(ansiText(line(span('a', 'warn'), span('b', 'mark'), 'c'))).toBe(
      '\u001b[33ma\u001b[0m\u001b[1;4;31mb\u001b[0mc',
    );
  });

  it('stand out from a light ground', () => {
    vi.stubEnv('RLSF_THEME', 'light');
    for (const tone of ['good', 'warn', 'bad', 'accent', 'mark'] as const) {
      const [, number] = /38;5;(\d+)m/.exec(ansiText([span('a', tone)])) ?? [];
      expect(contrastWithWhite(Number(number)), tone).toBeGreaterThan(4.5);
    }
  });

  it('follow what is asked for, else what the terminal says of its ground', () => {
    expect(isLightTheme({})).toBe(false);
    expect(isLightTheme({ COLORFGBG: '0;15' })).toBe(true);
    expect(isLightTheme({ COLORFGBG: '0;default;7' })).toBe(true);
    expect(isLightTheme({ COLORFGBG: '15;0' })).toBe(false);
    expect(isLightTheme({ COLORFGBG: '0;15', RLSF_THEME: 'dark' })).toBe(false);
  });
});
