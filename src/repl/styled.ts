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

const ansiCodes: Record<Tone, string> = {
  plain: '',
  title: '1',
  dim: '2',
  good: '32',
  warn: '33',
  bad: '31',
  accent: '36',
  mark: '1;4;31',
};

/** With SGR codes, for a terminal. */
export function ansiText(styled: StyledLine): string {
  return styled
    .map(({ text, tone }) =>
      ansiCodes[tone] === '' || text === '' ? text : `\u001b[${ansiCodes[tone]}m${text}\u001b[0m`,
    )
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
