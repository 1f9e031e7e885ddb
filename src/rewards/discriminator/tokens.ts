import type { Language } from '../../records.js';
import { lex, type SourceToken } from '../../tasks/cpp/lexer.js';
import { isLibraryName } from '../../tasks/cpp/normal-form.js';

/** A lexical token and what stands for it in an n-gram. */
export interface TextToken {
  /** Its text, or what is left of it where free choices are taken out. */
  text: string;
  /** A name that the program chose: numbered anew within each n-gram. */
  isChosen: boolean;
  /** UTF-16 range in the text. */
  start: number;
  end: number;
}

/**
 * The lexical tokens of a text, comments and white space dropped, so that neither changes what is made
 * of them. C++ and Java are cut by one lexer; of Python's white space a change of indentation is a token,
 * because it is syntax there; any other text is words, numbers and signs.
 * @param normalise take free choices out: names that the program chose, literals but one-digit numbers
 */
export function textTokens(text: string, language: Language, normalise: boolean): TextToken[] {
  const tokens =
    language === 'cpp' || language === 'java'
      ? lex(text)
      : language === 'python'
        ? lexPython(text)
        : lexWords(text);
  return tokens.map((token, i) => {
    const range = { start: token.at, end: token.at + token.text.length };
    if (!normalise) return { text: token.text, isChosen: false, ...range };
    const isChosen = token.kind === 'name' && !isFixedName(tokens, i, language);
    return { text: isChosen ? 'v' : withoutChoice(token), isChosen, ...range };
  });
}

function withoutChoice({ kind, text }: SourceToken): string {
  if (kind === 'text') return '"…"';
  if (kind === 'character') return "'…'";
  return kind === 'number' && !/^\d$/.test(text) ? 'N' : text;
}

/** Whether a name is the language's or a library's: in Java and Python what is called, a member or a type. */
function isFixedName(tokens: readonly SourceToken[], i: number, language: Language): boolean {
  if (language === 'cpp') return isLibraryName(tokens, i);
  if (language === 'text') return true;
  const { text } = tokens[i];
  const keywords = language === 'python' ? pythonKeywords : javaKeywords;
  if (keywords.has(text) || /^[A-Z]/.test(text)) return true;
  return tokens[i - 1]?.text === '.' || tokens[i + 1]?.text === '(';
}

// Matches everything there is, as the C++ lexer's pattern does.
const pythonPattern =
  /\n[ \t]*|\s+|#[^\n]*|[A-Za-z]{0,2}(?:"""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?)|\.?\d(?:[eE][+-]|[\w.])*|[\p{L}_][\p{L}\w]*|\*\*=?|\/\/=?|<<|>>|:=|->|[-+*/%&|^<>=!]=|[\s\S]/gu;

function lexPython(source: string): SourceToken[] {
  const tokens: SourceToken[] = [];
  const matches = source.match(pythonPattern) ?? [];
  let indent = 0;
  let at = 0;
  matches.forEach((text, i) => {
    if (text[0] === '\n') {
      const next = matches[i + 1] ?? '';
      // A blank line or one with a comment alone has no indentation of its own.
      if (!/^(?:\s|#|$)/u.test(next)) {
        const width = text.length - 1;
        if (width !== indent) {
          tokens.push({ kind: 'symbol', text: width > indent ? '⇥' : '⇤', at });
        }
        indent = width;
      }
    } else if (!/^[\s#]/u.test(text)) tokens.push({ kind: pythonKind(text), text, at });
    at += text.length;
  });
  return tokens;
}

function pythonKind(text: string): SourceToken['kind'] {
  if (/^[A-Za-z]{0,2}["']/.test(text)) return 'text';
  if (/^[\p{L}_]/u.test(text)) return 'name';
  return /^\.?\d/.test(text) ? 'number' : 'symbol';
}

function lexWords(source: string): SourceToken[] {
  return [...source.matchAll(/\p{L}+|\d[\d,.]*(?<![,.])|[^\s]/gu)].map(({ 0: text, index }) => ({
    kind: /^\p{L}/u.test(text) ? 'name' : /^\d/.test(text) ? 'number' : 'symbol',
    text,
    at: index ?? 0,
  }));
}

const pythonKeywords = new Set(
  `and as assert async await break class continue def del elif else except finally for from global if
  import in is lambda nonlocal not or pass raise return try while with yield match case self`.split(
    /\s+/,
  ),
);

const javaKeywords = new Set(
  `abstract assert boolean break byte case catch char class const continue default do double else enum
  extends false final finally float for goto if implements import instanceof int interface long native
  new null package private protected public return short static super switch synchronized this throw
  throws transient true try var void volatile while record yield`.split(/\s+/),
);
