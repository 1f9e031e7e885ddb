/** The signs that pictures are made of; each set has a plain ASCII one beside it. */
import type { Tone } from '../styled.js';

export interface Signs {
  /** Of series: markers, and fills of bars. */
  markers: readonly string[];
  fills: readonly string[];
  /** From a tenth of a cell to a whole one. */
  rising: readonly string[];
  lengthening: readonly string[];
  /** From least to most. */
  shades: readonly string[];
  /** Above and below the middle, from weak to strong. */
  above: readonly string[];
  below: readonly string[];
  faint: string;
  band: string;
  side: string;
  tick: string;
  corner: string;
  floor: string;
  floorTick: string;
  across: string;
  down: string;
  barEnds: readonly [string, string];
  barLine: string;
  barUp: string;
}

export const blockSigns: Signs = {
  markers: ['●', '■', '◆', '▲', '○', '□', '◇', '△'],
  fills: ['█', '▒', '▓', '░', '╳', '╱', '┼', '∙', '≡', '╲'],
  rising: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  lengthening: ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'],
  shades: ['·', '░', '▒', '▓', '█'],
  above: ['▁', '▂', '▃', '▅', '▇'],
  below: ['-', '~', '=', '≈', '≡'],
  faint: '·',
  band: '░',
  side: '│',
  tick: '┤',
  corner: '└',
  floor: '─',
  floorTick: '┬',
  across: '┄',
  down: '┊',
  barEnds: ['├', '┤'],
  barLine: '─',
  barUp: '│',
};

export const asciiSigns: Signs = {
  markers: ['*', 'o', 'x', '+', '#', '@', '%', '&'],
  fills: ['#', 'o', 'x', '+', '=', '*', '%', '@', '.', '/'],
  rising: ['.', '.', '.', '#', '#', '#', '#', '#'],
  lengthening: ['', '', '', '', '#', '#', '#', '#'],
  shades: ['.', ':', '+', '*', '#'],
  above: ['.', ':', '+', '*', '#'],
  below: ['-', '~', '=', 'x', 'X'],
  faint: '.',
  band: ':',
  side: '|',
  tick: '+',
  corner: '+',
  floor: '-',
  floorTick: '+',
  across: '-',
  down: ':',
  barEnds: ['|', '|'],
  barLine: '-',
  barUp: '|',
};

/** Seven series have their own tone; the sign tells the rest apart, as it does without colours. */
const tones: readonly Tone[] = ['accent', 'warn', 'good', 'bad', 'plain', 'dim'];

export function seriesTone(index: number): Tone {
  return tones[index % tones.length];
}

export function seriesSign(signs: readonly string[], index: number): string {
  return signs[index % signs.length];
}

/** What only ASCII can say of a text, for a terminal that has no more. */
export function asciiText(text: string): string {
  const known: Readonly<Record<string, string>> = {
    '−': '-',
    '–': '-',
    '→': '->',
    '±': '+-',
    '…': '.',
    '’': "'",
    '×': 'x',
    ε: 'eps',
    '·': '.',
  };
  return [...text].map((sign) => known[sign] ?? (sign > '~' ? '?' : sign)).join('');
}
