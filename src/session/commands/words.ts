/** A word of a typed line, with its place in UTF-16 units. */
export interface Word {
  /** Without its quotes and backslashes. */
  text: string;
  start: number;
  end: number;
  /** It begins with a quote or a backslash: it is never a flag. */
  isQuoted: boolean;
}

export interface SplitLine {
  words: Word[];
  /** The quote that was opened and not closed. */
  open: '"' | "'" | null;
}

/**
 * A line as a shell splits it: at blanks, but not in quotes. In '…' everything stands for itself, in
 * "…" a backslash does so before " and \, elsewhere before anything. No variables, no wildcards.
 */
export function splitWords(line: string): SplitLine {
  const words: Word[] = [];
  let word: Word | null = null;
  let open: SplitLine['open'] = null;
  for (let at = 0; at < line.length; at++) {
    const character = line[at];
    if (open === null && /\s/.test(character)) {
      if (word) words.push({ ...word, end: at });
      word = null;
      continue;
    }
    word ??= { text: '', start: at, end: line.length, isQuoted: /["'\\]/.test(character) };
    if (open === null && (character === '"' || character === "'")) {
      open = character;
    } else if (character === open) {
      open = null;
    } else if (character === '\\' && isEscape(open, line[at + 1])) {
      word.text += line[++at];
    } else {
      word.text += character;
    }
  }
  if (word) words.push(word);
  return { words, open };
}

function isEscape(open: SplitLine['open'], next: string | undefined): boolean {
  if (next === undefined || open === "'") return false;
  return open === null || next === '"' || next === '\\';
}

/** A word as it must be typed to mean `text`: quoted where it has to be. */
export function quoteWord(text: string): string {
  if (/^[^\s"'\\]+$/.test(text)) return text;
  return text.includes("'") ? `"${text.replaceAll(/["\\]/g, '\\$&')}"` : `'${text}'`;
}
