import type { StyledLine, Tone } from '../styled.js';
import { span } from '../styled.js';
import { packLine } from '../views/fit.js';
import { cut } from './frame.js';

export interface LegendEntry {
  name: string;
  sign: string;
  tone: Tone;
}

/** Signs and names in a row, as many rows as they take. */
export function legendLines(
  entries: readonly LegendEntry[],
  title: string,
  width: number,
): StyledLine[] {
  const named = entries.filter(({ name }) => name !== '');
  const parts: StyledLine = title === '' ? [] : [span(`${cut(title, width)}  `, 'title')];
  for (const { name, sign, tone } of named)
    parts.push(span(`${sign} ${cut(name, width - 2)}   `, tone));
  return packLine(parts, width, 0);
}
