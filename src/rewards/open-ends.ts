import type { Rollout } from '../records.js';

/**
 * The line (from 0) at which the completion opens a code fence that it does not close, or `null`. Fences
 * are lines that begin with three backticks. A fence that the prompt opened may stay open, and so may
 * one that a stop string with three backticks ended.
 */
export function openFence({
  prompt,
  completion,
  finishReason,
  sampling,
}: Pick<Rollout, 'prompt' | 'completion' | 'finishReason' | 'sampling'>): number | null {
  if (!completion.includes('```')) return null;
  const isStopped = finishReason === 'stop' && sampling.stop.some((stop) => stop.includes('```'));
  if (isStopped) return null;
  let isOpen = fenceLines(prompt).length % 2 === 1;
  let opened: number | null = null;
  for (const line of fenceLines(completion)) {
    isOpen = !isOpen;
    opened = isOpen ? line : null;
  }
  return opened;
}

function fenceLines(text: string): number[] {
  return text
    .split('\n')
    .flatMap((line, number) => (line.trimStart().startsWith('```') ? [number] : []));
}

const closers: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/**
 * The UTF-16 index of the last bracket, `(`, `[` or `{`, that the text opens and does not close, or
 * `null`. A closing bracket closes the last open one of its kind, and with it what was opened since. One
 * without an opening bracket is no fault: it may close what the prompt opened. Strings and comments are
 * passed over. The text is read as C++ or Java would be and as Python would be (`//` divides, an
 * apostrophe quotes); a bracket is open only where both say that one is.
 */
export function openBracket(text: string): number | null {
  const index = openIn(text, readings.braces);
  return index === null || openIn(text, readings.python) === null ? null : index;
}

function openIn(text: string, reading: RegExp): number | null {
  const open: { bracket: string; index: number }[] = [];
  let unclosed: number | null = null;
  for (const { 0: found, index } of text.matchAll(reading)) {
    if ('([{'.includes(found)) {
      open.push({ bracket: found, index });
      continue;
    }
    const opener = closers[found];
    if (opener === undefined) continue;
    const at = open.findLastIndex(({ bracket }) => bracket === opener);
    if (at < 0) continue;
    if (at < open.length - 1) unclosed = open[open.length - 1].index;
    open.length = at;
  }
  return open.at(-1)?.index ?? unclosed;
}

const bracket = String.raw`[()[\]{}]`;
const quoted = String.raw`"(?:[^"\\\n]|\\[^])*"`;

/**
 * What is passed over comes first, so that a bracket inside it is not met. What is never ended reaches to
 * the end of the text, which is also what keeps the search linear.
 */
const readings = {
  braces: new RegExp(
    [
      String.raw`//[^\n]*`,
      String.raw`/\*(?:[^]*?\*/|[^]*)`,
      String.raw`'(?:\\[^\n]{1,3}|[^'\\\n])'`,
      quoted,
      bracket,
    ].join('|'),
    'g',
  ),
  python: new RegExp(
    [
      String.raw`#[^\n]*`,
      String.raw`"""(?:[^]*?"""|[^]*)`,
      String.raw`'''(?:[^]*?'''|[^]*)`,
      String.raw`'(?:[^'\\\n]|\\[^])*'`,
      quoted,
      bracket,
    ].join('|'),
    'g',
  ),
};
