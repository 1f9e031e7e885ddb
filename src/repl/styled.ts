/**
 * Lines of text with style spans: what every view returns. The plain printer, the terminal printer
 * and Ink draw the same lines, so nothing is said in one and missing in the other. A tone is only
 * colour: whatever it means is also said by a word or a sign.
 */
export type Tone = 'plain' | 'title' | 'dim' | 'good' | 'warn' | 'bad' | 'accent' | 'mark';

export interface StyledSpan {
  text: string;
  tone: Tone;
}

export type StyledLine = StyledSpan[];

export function span(text: string, tone: Tone = 'plain'): StyledSpan {
  return { text, tone };
}

/** A line from spans and plain strings. */
export function line(...parts: (string | StyledSpan)[]): StyledLine {
  return parts.map((part) => (typeof part === 'string' ? span(part) : part));
}

export function plainText(styled: StyledLine): string {
  return styled
    .map((part) => part.text)
    .join('')
    .trimEnd();
}

type Colour = 'green' | 'yellow' | 'red' | 'cyan';

interface ToneStyle {
  colour?: Colour;
  bold?: boolean;
  dim?: boolean;
  underline?: boolean;
}

/** How each tone is drawn. */
export const toneStyles: Record<Tone, ToneStyle> = {
  plain: {},
  title: { bold: true },
  dim: { dim: true },
  good: { colour: 'green' },
  warn: { colour: 'yellow' },
  bad: { colour: 'red' },
  accent: { colour: 'cyan' },
  mark: { colour: 'red', bold: true, underline: true },
};

/** The terminal's own colours, chosen by its user. */
const ownColours: Record<Colour, number> = { red: 1, green: 2, yellow: 3, cyan: 6 };

/**
 * On a light ground many terminals' own yellow, cyan and green can hardly be read: these of the 256
 * stand out from white by 4.7 : 1 at least.
 */
const darkColours: Record<Colour, number> = { red: 160, green: 28, yellow: 94, cyan: 24 };

/**
 * Whether the ground is light: RLSF_THEME=light or dark says so, else COLORFGBG, which some terminals
 * set (`0;15`: black on white).
 */
export function isLightTheme(environment: NodeJS.ProcessEnv = process.env): boolean {
  const { RLSF_THEME: theme, COLORFGBG: grounds } = environment;
  if (theme === 'light' || theme === 'dark') return theme === 'light';
  return /(?:^|;)(?:7|15)$/.test(grounds ?? '');
}

/** The number of a colour among the 256 of a terminal. */
export function colourNumber(colour: Colour): number {
  return (isLightTheme() ? darkColours : ownColours)[colour];
}

function ansiCode({ colour, bold, dim, underline }: ToneStyle): string {
  const number = colour === undefined ? null : colourNumber(colour);
  return [
    ...(bold === true ? ['1'] : []),
    ...(dim === true ? ['2'] : []),
    ...(underline === true ? ['4'] : []),
    ...(number === null ? [] : [number < 8 ? `3${number}` : `38;5;${number}`]),
  ].join(';');
}

/** With SGR codes, for a terminal. */
export function ansiText(styled: StyledLine): string {
  return styled
    .map(({ text, tone }) => {
      const code = ansiCode(toneStyles[tone]);
      return code === '' || text === '' ? text : `\u001b[${code}m${text}\u001b[0m`;
    })
    .join('');
}

/** Columns that a code point takes: 0 for combining marks, 2 for East Asian wide ones and emoji. */
export function columnsOf(character: string): number {
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x300) return 1;
  if (/\p{Mark}|\u200d|\ufe0f/u.test(character)) return 0;
  const wide =
    (point >= 0x1100 && point <= 0x115f) ||
    (point >= 0x2e80 && point <= 0xa4cf) ||
    (point >= 0xac00 && point <= 0xd7a3) ||
    (point >= 0xf900 && point <= 0xfaff) ||
    (point >= 0xfe30 && point <= 0xfe6f) ||
    (point >= 0xff00 && point <= 0xff60) ||
    (point >= 0x1f300 && point <= 0x1faff) ||
    (point >= 0x20000 && point <= 0x3fffd);
  return wide ? 2 : 1;
}

export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
}

/** Cut to `width` columns; a cut line ends in `…`. */
export function fitLine(styled: StyledLine, width: number): StyledLine {
  const total = styled.reduce((sum, part) => sum + textWidth(part.text), 0);
  if (total <= width) return styled;
  const fitted: StyledLine = [];
  let left = width - 1;
  for (const part of styled) {
    let kept = '';
    for (const character of part.text) {
      if (columnsOf(character) > left) {
        fitted.push({ ...part, text: kept }, span('…', 'dim'));
        return fitted;
      }
      left -= columnsOf(character);
      kept += character;
    }
    fitted.push({ ...part, text: kept });
  }
  return fitted;
}

/** Wrap a sentence at spaces. */
export function wrapText(text: string, width: number): string[] {
  const rows: string[] = [];
  let row = '';
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    if (row !== '' && textWidth(row) + 1 + textWidth(word) > width) {
      rows.push(row);
      row = word;
    } else row = row === '' ? word : `${row} ${word}`;
  }
  if (row !== '') rows.push(row);
  return rows;
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)));
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - textWidth(text))) + text;
}
