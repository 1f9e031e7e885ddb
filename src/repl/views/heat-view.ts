import { visibleText } from '../../plots/visible.js';
import type { Inspection, InspectionHeat } from '../../rollouts/index.js';
import type { StyledLine, Tone } from '../styled.js';
import { line, span } from '../styled.js';
import { signed } from './numbers.js';
import type { SourceHeat } from './source-rows.js';

const rising = ['▁', '▂', '▃', '▅', '▇'];
const falling = ['-', '~', '=', '≈', '≡'];

/**
 * The heat map of a source: bars for what is above 0 (and for how surprising a token was), strokes
 * for what is below. Findings are marked by `^~~` already, so they have no strip.
 */
export function sourceHeat({ heat, tokens }: Inspection): SourceHeat | undefined {
  if (heat === null) return undefined;
  const { levels, values } = heat;
  const usual = usualLevel(heat);
  const isUsual = (token: number): boolean => heat.of === 'findings' || levels[token] === usual;
  return {
    tokens,
    isUsual,
    sign: (token) => heatSign(levels[token], values[token]),
    stripTone: (token) => (levels[token] === 0 ? 'dim' : heatTone(heat, levels[token])),
    tone: (token) => {
      const level = levels[token];
      if (level === 0 || (level === usual && heat.of !== 'findings')) return 'plain';
      return level === -5 ? 'mark' : heatTone(heat, level);
    },
  };
}

/** What the signs mean, with the smallest and the largest value. */
export function heatLegend({ heat, advantage }: Inspection): StyledLine {
  if (heat === null || heat.min === null || heat.max === null || heat.of === 'findings') return [];
  const start = span('heat       ', 'dim');
  if (heat.of === 'logprob')
    return line(
      start,
      'probability ',
      span('▁▂▃▅▇', 'warn'),
      ' from 0.9 down to 0;',
      ` lowest logprob ${signed(heat.min)}`,
    );
  const what =
    heat.of === 'advantage' && advantage ? `advantage (${visibleText(advantage.scheme)})` : heat.of;
  const usual = usualLevel(heat);
  if (heat.min === heat.max && heat.values.every((value) => value !== null))
    return line(start, `${what}: all tokens ${signed(heat.min)}`);
  return line(
    start,
    `${what} ${signed(heat.min)} to ${signed(heat.max)}: `,
    span('▁▂▃▅▇', 'good'),
    ' above 0, ',
    span('-~=≈≡', 'bad'),
    ' below, ',
    '· is 0; ',
    span(`fullest at ±${heat.scale.toFixed(2)}; `, 'dim'),
    span(`lines without a strip: ${usualText(heat, usual)}`, 'dim'),
  );
}

/** The level of most tokens: a penalty stands out from it, wherever it lies. */
function usualLevel({ levels }: InspectionHeat): number {
  const counts = new Map<number, number>();
  for (const level of levels) counts.set(level, (counts.get(level) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
}

function usualText({ levels, values }: InspectionHeat, usual: number): string {
  const at = levels.indexOf(usual);
  const sign = heatSign(usual, values[at]);
  return sign === ' ' ? 'no value' : `all ${sign}`;
}

function heatSign(level: number, value: number | null): string {
  if (level > 0) return rising[Math.min(5, level) - 1];
  if (level < 0) return falling[Math.min(5, -level) - 1];
  return value === 0 ? '·' : ' ';
}

function heatTone(heat: InspectionHeat, level: number): Tone {
  if (heat.of === 'logprob') return 'warn';
  return level > 0 ? 'good' : heat.of === 'findings' && level > -5 ? 'warn' : 'bad';
}
