/** Jupyter counts a cursor in code points, the compiler in UTF-16 units: an emoji is one, or two. */
export function utf16Units(text: string, points: number): number {
  let units = 0;
  for (const character of text) {
    if (points-- <= 0) return units;
    units += character.length;
  }
  return units;
}

/** The reverse of `utf16Units`. */
export function codePoints(text: string, units: number): number {
  return [...text.slice(0, units)].length;
}
