import { lex, libraryFunctions, libraryMembers, reservedNames } from './lexer.js';
import type { SourceToken } from './lexer.js';

/**
 * A program with its free choices taken out: comments and layout dropped, the identifiers that the
 * program chose renamed `v0`, `v1`, … and its literals `L0`, `L1`, … (`C…` for characters, `S…` for
 * texts), each in order of first appearance. Two programs with the same form are the same program
 * but for naming and numbers.
 */
export function normalForm(source: string): string {
  const tokens = lex(source);
  const names = new Map<string, string>();
  const numbers = new Map<string, string>();
  const characters = new Map<string, string>();
  const texts = new Map<string, string>();
  const parts = tokens.map((token, i) => {
    switch (token.kind) {
      case 'number':
        return renamed(numbers, 'L', token.text);
      case 'character':
        return renamed(characters, 'C', token.text);
      case 'text':
        return renamed(texts, 'S', token.text);
      case 'name':
        return isLibraryName(tokens, i) ? token.text : renamed(names, 'v', token.text);
      default:
        return token.text;
    }
  });
  return parts.join(' ');
}

/** Whether the name at `i` is the language's or the library's, not the program's. */
export function isLibraryName(tokens: readonly SourceToken[], i: number): boolean {
  const { text } = tokens[i];
  if (reservedNames.has(text)) return true;
  const before = i > 0 ? tokens[i - 1].text : '';
  if (before === '::') return i > 1 && tokens[i - 2].text === 'std';
  if (before === '.' || before === '->') return libraryMembers.has(text);
  return libraryFunctions.has(text) && tokens[i + 1]?.text === '(';
}

function renamed(table: Map<string, string>, prefix: string, text: string): string {
  let name = table.get(text);
  if (name === undefined) {
    name = prefix + table.size;
    table.set(text, name);
  }
  return name;
}
