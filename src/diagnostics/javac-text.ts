import { oneLine } from './javac.js';
import type { JavacFinding } from './javac.js';

/**
 * javac's own words, for texts that were recorded and for a javac that our driver could not ask: a
 * line `File.java:3: error: message`, the source line, a caret below it, and more of the message.
 * @param textOf the text of a file by its name, to turn lines into places; `null` where unknown
 */
export function parseJavacText(
  output: string,
  textOf: (file: string) => string | null,
): JavacFinding[] {
  const lines = output.replaceAll('\r\n', '\n').split('\n');
  const heads = lines.flatMap((line, i) => (isHead(line) ? [i] : []));
  return heads.map((at, k) => {
    const body = lines.slice(at + 1, heads[k + 1] ?? lines.length);
    const [, file, line, severity = 'error', lint, first] = head.exec(lines[at]) ?? [];
    const caret = body.findIndex((text) => /^\s*\^\s*$/.test(text));
    const more = body.filter((_, i) => caret < 0 || i < caret - 1 || i > caret);
    const explained = more.findIndex((text) => /^ {2}where /.test(text));
    const details = more
      .slice(0, explained < 0 ? more.length : explained)
      .filter((text) => /^ {2}/.test(text));
    const message = oneLine([first, ...details].join('\n'));
    return {
      severity: severity === 'warning' ? 'warning' : severity === 'Note' ? 'note' : 'error',
      kind: kindOf(message, lint),
      option: lint === undefined ? null : `-Xlint:${lint}`,
      message,
      file: file ?? null,
      place:
        file === undefined || caret < 0
          ? null
          : placeOf(textOf(file), Number(line), body[caret].indexOf('^')),
    };
  });
}

const head = /^(?:(.+?\.java):(\d+): )?(error|warning|Note): (?:\[([\w-]+)\] )?(.*)$/;

function isHead(line: string): boolean {
  const match = head.exec(line);
  return match !== null && (match[1] !== undefined || match[3] !== 'Note');
}

/** The caret stands below the very place, tabs before it included. */
function placeOf(text: string | null, line: number, column: number): JavacFinding['place'] {
  if (text === null) return null;
  let start = 0;
  for (let i = 1; i < line; i++) {
    const next = text.indexOf('\n', start);
    if (next < 0) return null;
    start = next + 1;
  }
  const at = start + column;
  return { start: at, at, end: at };
}

/** The codes that javac would give; a warning is known by its lint. */
function kindOf(message: string, lint: string | undefined): string {
  return kinds.find(([pattern]) => pattern.test(message))?.[1] ?? lint ?? 'error';
}

const kinds: [RegExp, string][] = [
  [/^cannot find symbol/, 'cant.resolve'],
  [/^incompatible types|^bad operand type/, 'prob.found.req'],
  [/ expected$/, 'expected'],
  [/^reached end of file while parsing/, 'premature.eof'],
  [/cannot be applied to/, 'cant.apply.symbol'],
  [/^no suitable (method|constructor)/, 'cant.apply.symbols'],
  [/^missing return statement/, 'missing.ret.stmt'],
  [/^unreachable statement/, 'unreachable.stmt'],
  [/might not have been initialized/, 'var.might.not.have.been.initialized'],
  [/^unreported exception/, 'unreported.exception.need.to.catch.or.throw'],
  [/is already defined/, 'already.defined'],
  [/^illegal start of (expression|type|statement)/, 'illegal.start.of.expr'],
  [/^unclosed string literal/, 'unclosed.str.lit'],
  [/^package .* does not exist/, 'doesnt.exist'],
  [/^not a statement/, 'not.stmt'],
];
