/** A line of two texts: in both, or in one of them. Line numbers are 1-based. */
export interface DiffLine {
  kind: 'same' | 'removed' | 'added';
  text: string;
  first: number | null;
  second: number | null;
}

/**
 * The lines of two texts side by side, by their longest common subsequence. For texts as long as
 * completions are: time and memory grow with the product of their numbers of lines.
 */
export function lineDiff(first: string, second: string): DiffLine[] {
  const [a, b] = [first.split('\n'), second.split('\n')];
  const width = b.length + 1;
  // longest[i * width + j]: of a from i on and b from j on.
  const longest = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      longest[i * width + j] =
        a[i] === b[j]
          ? longest[(i + 1) * width + j + 1] + 1
          : Math.max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j])
      lines.push({ kind: 'same', text: a[i], first: ++i, second: ++j });
    else if (
      j === b.length ||
      (i < a.length && longest[(i + 1) * width + j] >= longest[i * width + j + 1])
    )
      lines.push({ kind: 'removed', text: a[i], first: ++i, second: null });
    else lines.push({ kind: 'added', text: b[j], first: null, second: ++j });
  }
  return lines;
}
