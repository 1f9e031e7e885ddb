import { utf8Length } from './positions.js';

/**
 * g++ counts a text report's columns as a terminal shows them: a tab reaches to the next tab stop, a
 * Chinese character takes two columns, a combining accent none. We count bytes.
 */

/** How many columns of a terminal a character takes, as libcpp 12 has it; a tab is not asked here. */
export function widthOf(codePoint: number): 0 | 1 | 2 {
  if (codePoint < 0x300) return 1;
  const character = String.fromCodePoint(codePoint);
  if (isIn(prepended, codePoint)) return 1;
  if (isIn(joining, codePoint) || /[\p{Mn}\p{Me}\p{Cf}]/u.test(character)) return 0;
  if (isIn(wide, codePoint)) return 2;
  const isFlagLetter = codePoint >= 0x1f1e6 && codePoint <= 0x1f1ff;
  return /\p{Emoji_Presentation}/u.test(character) && !isFlagLetter ? 2 : 1;
}

/**
 * The byte column (from 1) of the character that a display column (from 1) lies in; columns beyond
 * the line go on by one each, since g++ also points behind a line's end.
 * @param options.tabStop g++'s `-ftabstop`. @default 8
 */
export function byteColumnOf(
  line: string,
  displayColumn: number,
  { tabStop = 8 }: { tabStop?: number } = {},
): number {
  let display = 1;
  let bytes = 1;
  for (const character of line) {
    const point = character.codePointAt(0) ?? 0;
    const next = display + (point === 9 ? tabStop - ((display - 1) % tabStop) : widthOf(point));
    if (displayColumn < next) return bytes;
    display = next;
    bytes += utf8Length(point);
  }
  return bytes + Math.max(displayColumn - display, 0);
}

type Range = readonly [number, number];

/** East Asian characters; emoji are known to the regular expression. */
const wide: readonly Range[] = [
  [0x1100, 0x115f], [0x2329, 0x232a], [0x2e80, 0x3029], [0x302e, 0x303e], [0x3041, 0xa4c6],
  [0xa960, 0xa97c], [0xac00, 0xd7a3], [0xf900, 0xfaff], [0xfe10, 0xfe19], [0xfe30, 0xfe6b],
  [0xff01, 0xff60], [0xffe0, 0xffe6], [0x16fe0, 0x18d08], [0x1b000, 0x1b2fb], [0x1f200, 0x1f265],
  [0x20000, 0x3fffd],
]; // prettier-ignore

/** The vowels and finals of Korean syllables stand in the column of their first letter. */
const joining: readonly Range[] = [
  [0x1160, 0x11ff],
  [0xd7b0, 0xd7fb],
];

/** Signs that are format characters by name and visible all the same. */
const prepended: readonly Range[] = [
  [0x600, 0x605], [0x6dd, 0x6dd], [0x70f, 0x70f], [0x890, 0x891], [0x8e2, 0x8e2],
  [0x110bd, 0x110bd], [0x110cd, 0x110cd],
]; // prettier-ignore

function isIn(ranges: readonly Range[], point: number): boolean {
  return ranges.some(([from, to]) => point >= from && point <= to);
}
