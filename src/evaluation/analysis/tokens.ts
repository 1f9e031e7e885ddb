/** A completion as the tokens of its language, and as a form that forgets free choices. */
import type { Language } from '../../records.js';
import { lex } from '../../tasks/cpp/lexer.js';
import { normalForm } from '../../tasks/index.js';

/**
 * Tokens of the language: of C++ and Java by the C++ lexer, comments and layout dropped; of Python words,
 * numbers and single signs without comments; of text the same with all of it. Not the policy's tokens:
 * two policies with other tokenizers are compared alike.
 */
export function languageTokens(text: string, language: Language): string[] {
  if (language === 'cpp' || language === 'java') return lex(text).map((token) => token.text);
  const plain = language === 'python' ? text.replaceAll(/#[^\n]*/g, '') : text;
  return plain.match(/[\p{L}_][\p{L}\p{N}_]*|\p{N}+(?:\.\p{N}+)?|[^\s\p{L}\p{N}_]/gu) ?? [];
}

/**
 * What two completions share that are the same program: of C++ `normalForm`, which renames what the
 * program chose and every literal, so programs that differ in a number alone are one; of others the tokens.
 * @param before the code that the completion continues: it fixes which name is which parameter
 */
export function programForm(text: string, language: Language, before = ''): string {
  if (language === 'cpp') return normalForm(before + text);
  return languageTokens(text, language).join(' ');
}
