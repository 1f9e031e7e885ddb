import type { ChatMessage } from '../../records.js';

/**
 * What tells a problem from others, in one line: the first sentence of its prompt, or the first comment in
 * it, without comment signs; else its last signature; else its first line. Never longer than its line.
 */
export function problemTitle(prompt: string | readonly ChatMessage[]): string {
  const lines = textOf(prompt)
    .split('\n')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  for (const each of lines) {
    const said = commentOf(each);
    if (said !== null && /\p{Letter}{2}/u.test(said)) return said;
    if (said === null && !isCode(each)) return each;
  }
  return lines.findLast((each) => each.includes('(') && !isDirective(each)) ?? lines[0] ?? '';
}

/** Of a conversation what the user asks; what the system says is the same for all. */
function textOf(prompt: string | readonly ChatMessage[]): string {
  if (typeof prompt === 'string') return prompt;
  const asked = prompt.find(({ role }) => role === 'user') ?? prompt[0];
  return asked?.content ?? '';
}

/** The text of a comment, of a line of one, or of a Python docstring; `null`: the line is none. */
function commentOf(text: string): string | null {
  if (isDirective(text)) return null;
  const [, said] =
    /^(?:\/\/+|\/\*+|\*(?=\s)|#+(?=\s)|[rR]?"""|[rR]?''')\s*(.*?)\s*(?:\*\/|"""|''')?$/.exec(
      text,
    ) ?? [];
  return said ?? null;
}

function isDirective(text: string): boolean {
  return /^(?:#\s*(?:include|define|pragma|if|ifdef|ifndef|endif|else|undef)\b|import\b|from\b.*\bimport\b|using\b|package\b)/.test(
    text,
  );
}

/** A line of a program, as far as one line shows it. */
function isCode(text: string): boolean {
  return (
    isDirective(text) ||
    /^(?:struct|class|enum|union|typedef|template|namespace|public|private|protected|static|const|extern|def|async|interface|function|@\w|```|[{}[\]()]+;?$)/.test(
      text,
    ) ||
    /[{;}]$/.test(text) ||
    /\)\s*(?:->.*)?:$/.test(text) ||
    /^\w+\s*(?::[^ ]+\s*)?=\s/.test(text)
  );
}
