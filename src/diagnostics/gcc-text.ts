import { parseFixit } from './fixits.js';
import { addFinding, includedHere, kindOf, severityOf } from './gcc.js';
import type { CompilerFinding, CompilerPlace } from './gcc.js';
import { columnReader, hintColumn, isQuoted, quotedLines, underlined } from './source-block.js';
import { withoutColours } from './terminal.js';

export interface GccTextOptions {
  /**
   * The text of a file that a report names, or `null`. Needed for exact byte columns where a line has
   * tabs: the report shows them as blanks. `-fdiagnostics-column-unit=byte` makes it needless.
   * @default unknown
   */
  source?: (file: string) => string | null;
  /** g++'s `-ftabstop`. @default 8 */
  tabStop?: number;
}

/**
 * Reads g++'s plain text, for compilers without the JSON format and for what that format leaves
 * out: the `required from here` chain, which leads from a library template to the user's line.
 *
 * Text and JSON say the same of the same program (`gcc-gallery.test.ts`) but for two things. A fault in
 * a macro: JSON has the place where the user's line uses it, the text that in the definition or the
 * argument, and the use as a note. And `-fmax-errors`, `-Wfatal-errors`: g++ 12 then forgets to
 * print its JSON.
 */
export function parseGccText(
  stderr: string,
  { source = () => null, tabStop = 8 }: GccTextOptions = {},
): CompilerFinding[] {
  const findings: CompilerFinding[] = [];
  const lines = withoutColours(stderr).split('\n');
  const sourceLine: SourceLine = (file, line) => source(file)?.split('\n')[line - 1] ?? null;
  let chain: CompilerFinding['related'] = [];
  let lastChain = { file: '', steps: chain };
  let includes: CompilerFinding['related'] = [];
  const includedFrom = new Map<string, CompilerFinding['related']>();
  let waitsForFixit: CompilerFinding | null = null;
  for (let i = 0; i < lines.length; i++) {
    if (isQuoted(lines[i])) continue;
    const found = findingAt(lines, i, sourceLine, tabStop);
    if (found !== null) {
      const file = found.place?.file ?? '';
      // Both are told once for all findings of a header that follow.
      if (includes.length > 0) includedFrom.set(file, includes);
      if (found.severity !== 'note' && (chain.length > 0 || file !== lastChain.file))
        lastChain = { file, steps: chain };
      const steps = found.severity === 'note' ? chain : lastChain.steps;
      addFinding(findings, { ...found, related: [...steps, ...(includedFrom.get(file) ?? [])] });
      waitsForFixit = found.severity === 'note' ? null : (findings.at(-1) ?? null);
      chain = [];
      includes = [];
      continue;
    }
    if (/^[^ ].*: (In|At) .*:$/.test(lines[i])) lastChain = { file: '', steps: [] };
    const included = includeAt(lines[i]);
    if (included !== null) includes.push(included);
    const step = chainStepAt(lines[i]);
    if (step !== null) chain.push(step);
    const fixit = parseFixit(lines[i]);
    if (fixit?.isInsertion && waitsForFixit !== null) {
      waitsForFixit.insertion = { ...fixit.place, range: null, text: fixit.text };
      waitsForFixit = null;
    }
  }
  return findings;
}

/** `In file included from a.h:3,` and the lines `from b.cpp:1:` below it. */
function includeAt(line: string): CompilerFinding['related'][number] | null {
  const found = /^(?:In file included| +) from (.+?):(\d+)(?::\d+)?[,:]$/.exec(line);
  if (found === null) return null;
  const [, file, number] = found;
  return { file, line: Number(number), column: null, range: null, message: includedHere };
}

/** `a.cpp:3:14:   required from here`: how a template or a constant came to be computed. These columns are bytes, always. */
function chainStepAt(line: string): CompilerFinding['related'][number] | null {
  const found =
    /^(.+?):(\d+):(?:(\d+):)?\s+((?:recursively )?required (?:from|by|in|for)\b.*|in .constexpr. expansion of .*)$/.exec(
      line,
    );
  if (found === null) return null;
  const [, file, number, column, message] = found;
  const place = {
    file,
    line: Number(number),
    column: column === undefined ? null : Number(column),
  };
  return { ...place, range: null, message };
}

type SourceLine = (file: string, line: number) => string | null;

/** `file:line:column: error: message [-Woption]`, `cc1plus: error: …`, or a line of the linker. */
function findingAt(
  lines: string[],
  i: number,
  sourceLine: SourceLine,
  tabStop: number,
): CompilerFinding | null {
  const head =
    /^(.+?):(?:(\d+):(?:(\d+):)?)? (fatal error|error|warning|note|permerror|internal compiler error|sorry, unimplemented): (.*)$/.exec(
      lines[i],
    );
  if (head === null) return linkFinding(lines[i]);
  const [, file, line, column, word, tail] = head;
  const severity = severityOf(word);
  if (severity === null) return null;
  if (line === undefined && isOtherTool(file)) return linkFinding(lines[i]);
  const options = /(?: \[CWE-\d+\])?(?: \[(-[WfD][^\][]*)\])?$/.exec(tail);
  const message = tail.slice(0, options?.index ?? tail.length);
  const option = options?.[1] ?? null;
  const finding: CompilerFinding = {
    severity,
    kind: kindOf(severity, option, message),
    message,
    option,
    place: null,
    insertion: null,
    related: [],
  };
  if (line === undefined) return finding;
  const quoted = quotedLines(lines, i + 1);
  const own = quoted.find((one) => one.number === Number(line));
  const { caret, toBytes } = columnReader(
    column === undefined ? null : Number(column),
    own,
    sourceLine(file, Number(line)),
    tabStop,
  );
  const place: CompilerPlace = { file, line: Number(line), column: caret, range: null };
  const drawn = own === undefined ? null : underlined(own);
  if (drawn !== null && drawn.end - drawn.start > 1 && caret !== null)
    place.range = {
      startLine: place.line,
      startColumn: toBytes(drawn.start),
      endLine: place.line,
      endColumn: toBytes(drawn.end),
    };
  // `expected ';' before …` prints the missing text where it belongs.
  const wanted = /^expected ['‘](.+?)['’]/.exec(message)?.[1];
  const hint = wanted === undefined || own === undefined ? null : hintColumn(own, wanted);
  const insertion =
    hint === null ? null : { ...place, column: toBytes(hint), range: null, text: wanted ?? '' };
  return { ...finding, place, insertion };
}

/** The linker and the driver end with lines of their own, which say nothing of the program. */
function isOtherTool(program: string): boolean {
  return /(^|\/)(collect2|ld|ld\.\w+|lto-wrapper|lto1|make)$/.test(program) || / /.test(program);
}

/** `main.cpp:3: undefined reference to …`: with `-g` the linker knows the line. */
function linkFinding(line: string): CompilerFinding | null {
  const found = /undefined reference to|multiple definition of/.test(line)
    ? /^(?:\S*ld(?:\.\w+)?: )?(?:(.+?):(\d+): |.*?)((?:undefined reference to|multiple definition of) .*?)(?:; .*)?$/.exec(
        line,
      )
    : linkerError(line);
  if (found === null) return null;
  const [, file, number, message] = found;
  const place =
    file === undefined || file === ''
      ? null
      : { file, line: Number(number), column: null, range: null };
  return {
    severity: 'error',
    kind: 'link',
    message,
    option: null,
    place,
    insertion: null,
    related: [],
  };
}

/** `ld.gold: fatal error: …`, `main.o:main.cpp:function f(): error: relocation overflow: …`; not that a file is missing or the disk is full. */
function linkerError(line: string): [string, undefined, undefined, string] | null {
  const at = /: (?:fatal )?error: /.exec(line);
  if (at === null) return null;
  const head = line.slice(0, at.index);
  const message = line.slice(at.index + at[0].length);
  const isLinker = /(^|\/)ld(\.\w+)?$/.test(head) || head.includes('.o:');
  if (!isLinker || /^cannot (open|find)|No space left/.test(message)) return null;
  return [line, undefined, undefined, message];
}
