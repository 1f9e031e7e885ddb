/** A frame as a sanitizer printed it: with a source place, or with a module and an offset to resolve. */
export interface RawFrame {
  function: string;
  file: string | null;
  line: number | null;
  column: number | null;
  module: string | null;
  /** Hexadecimal, `0x…`. */
  offset: string | null;
}

export interface SanitizerStack {
  /** `` for the place itself; `allocated by thread T0 here`, `freed by thread T0 here`, … */
  title: string;
  frames: RawFrame[];
}

export interface SanitizerReport {
  tool: 'asan' | 'ubsan' | 'lsan';
  kind: string;
  /** Without addresses and process ids: the same fault reads the same in every run. */
  message: string;
  /** UBSan says its place itself. */
  place: { file: string; line: number; column: number | null } | null;
  stacks: SanitizerStack[];
  /** The report's own process cannot go on (a signal, an abort). */
  deadly: boolean;
}

/** All reports of AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer in a text, in order. */
export function parseSanitizerReports(text: string): SanitizerReport[] {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const reports: SanitizerReport[] = [];
  for (let i = 0; i < lines.length; i++) {
    const ubsan = /^(.+?):(\d+):(\d+): runtime error: (.*)$/.exec(lines[i]);
    if (ubsan !== null) {
      reports.push(ubsanReport(lines, i, ubsan));
      continue;
    }
    const head = /^==\d+==\s*(ERROR|WARNING): (AddressSanitizer|LeakSanitizer): (.*)$/.exec(
      lines[i],
    );
    if (head === null) continue;
    const end = endOfReport(lines, i + 1);
    const body = lines.slice(i + 1, end);
    if (head[2] === 'LeakSanitizer' || head[3].startsWith('detected memory leaks'))
      reports.push(...leakReports(body));
    else if (head[1] === 'ERROR') reports.push(asanReport(head[3], body, lines.slice(0, i)));
    i = end - 1;
  }
  return dropRepeats(reports);
}

/** LeakSanitizer could not do its work (no ptrace, no memory): our failure, not the program's. */
export function hasLeakSanitizerFailed(text: string): boolean {
  return text.includes('LeakSanitizer has encountered a fatal error');
}

/** The lines `    #0 0x… in f file:1:2` and `    #0 0x… (module+0x12)`, from the first to the last in a row. */
export function parseFrames(lines: readonly string[]): RawFrame[] {
  const frames: RawFrame[] = [];
  for (const line of lines) {
    const head =
      /^\s*#\d+ 0x[0-9a-f]+(?: in (.*?))?\s*(?:\(([^()\s]+)\+(0x[0-9a-f]+)\)(?:\s*\(BuildId: [^)]*\))?)?\s*$/.exec(
        line,
      );
    if (head === null) break;
    const place = head[1] === undefined ? null : /^(.*) ([^ ]+?):(\d+)(?::(\d+))?$/.exec(head[1]);
    frames.push({
      function: place?.[1] ?? head[1] ?? '',
      file: place?.[2] ?? null,
      line: place === null ? null : Number(place[3]),
      column: place?.[4] === undefined ? null : Number(place[4]),
      module: head[2] ?? null,
      offset: head[3] ?? null,
    });
  }
  return frames;
}

function endOfReport(lines: string[], from: number): number {
  for (let i = from; i < lines.length; i++) {
    if (lines[i].startsWith('SUMMARY: ') || /^==\d+==ABORTING/.test(lines[i])) return i + 1;
    if (/^==\d+==\s*ERROR: /.test(lines[i])) return i;
  }
  return lines.length;
}

function ubsanReport(lines: string[], at: number, head: RegExpExecArray): SanitizerReport {
  const frames = parseFrames(lines.slice(at + 1));
  const summary = summaryOf(lines, at + 1 + frames.length);
  const message = head[4].replaceAll(/0x[0-9a-f]{6,}/g, '<address>');
  return {
    tool: 'ubsan',
    kind: summary !== undefined && summary !== 'undefined-behavior' ? summary : ubsanKind(message),
    message,
    place: { file: head[1], line: Number(head[2]), column: Number(head[3]) },
    stacks: frames.length > 0 ? [{ title: '', frames }] : [],
    deadly: false,
  };
}

/** The report's own summary may follow a note and a dump of memory. */
function summaryOf(lines: string[], from: number): string | undefined {
  for (const line of lines.slice(from, from + 6)) {
    const kind = /^SUMMARY: UndefinedBehaviorSanitizer: ([a-z-]+) /.exec(line)?.[1];
    if (kind !== undefined || /: runtime error: |^==\d+==/.test(line)) return kind;
  }
  return undefined;
}

/** The names UBSan itself uses, for builds that do not print them. */
function ubsanKind(message: string): string {
  return ubsanKinds.find(([pattern]) => pattern.test(message))?.[1] ?? 'undefined-behavior';
}

const ubsanKinds: [RegExp, string][] = [
  [/integer overflow|negation of .* cannot be represented/, 'signed-integer-overflow'],
  [/^division by zero/, 'integer-divide-by-zero'],
  [/^division of .* cannot be represented/, 'signed-integer-overflow'],
  [/^shift exponent/, 'invalid-shift-exponent'],
  [/^left shift/, 'invalid-shift-base'],
  [/^index .* out of bounds/, 'out-of-bounds-index'],
  [/null pointer returned/, 'invalid-null-return'],
  [/null pointer passed/, 'invalid-null-argument'],
  [
    /offset .* to null pointer|pointer index expression|addition of unsigned offset|applying/,
    'pointer-overflow',
  ],
  [/null pointer/, 'null-pointer-use'],
  [/misaligned address/, 'misaligned-pointer-use'],
  [/insufficient space/, 'insufficient-object-size'],
  [/without returning a value/, 'missing-return'],
  [/unreachable/, 'unreachable-call'],
  [/not a valid value for type 'bool'/, 'invalid-bool-load'],
  [/not a valid value/, 'invalid-enum-load'],
  [/variable length array/, 'non-positive-vla-index'],
  [/does not point to an object of type/, 'dynamic-type-mismatch'],
  [/outside the range of representable/, 'float-cast-overflow'],
];

function asanReport(headline: string, body: string[], before: string[]): SanitizerReport {
  const word =
    /^attempting (double-free|free)/.exec(headline)?.[1] ??
    /^([A-Za-z-]+)/.exec(headline)?.[1] ??
    'error';
  let kind = word === 'free' ? 'bad-free' : word === 'requested' ? 'allocation-size-too-big' : word;
  if (/^out-of-memory|failed to allocate/.test(headline)) kind = 'out-of-memory';
  const stacks = stacksOf(body);
  const details = body
    .filter((line) =>
      /^(READ|WRITE) of size|^0x[0-9a-f]+ is located|^Address 0x[0-9a-f]+ is|^The signal is caused|^Hint:|is a wild pointer/.test(
        line.replace(/^==\d+==/, ''),
      ),
    )
    .map((line) => withoutAddresses(line.replace(/^==\d+==/, '')));
  const frameNote = body
    .map((line) => /^\s+\[\d+, \d+\) '([^']+)'.*<== Memory access at offset/.exec(line)?.[1])
    .find(Boolean);
  const sentences = [withoutAddresses(headline), ...details];
  if (frameNote !== undefined) sentences.push(`beside or in the variable '${frameNote}'`);
  const thrown = kind === 'ABRT' ? abortReason(before) : null;
  return {
    tool: 'asan',
    kind: thrown?.kind ?? kind,
    message: thrown?.message ?? sentences.filter((part) => part !== '').join('; '),
    place: null,
    stacks,
    deadly: /^(SEGV|FPE|ABRT|ILL|BUS|TRAP)$/.test(kind),
  };
}

/** What the C++ runtime or `assert` wrote before the program was aborted. */
function abortReason(before: string[]): { kind: string; message: string } | null {
  for (let i = before.length - 1; i >= Math.max(0, before.length - 12); i--) {
    const thrown = /^terminate called after throwing an instance of '(.*)'/.exec(before[i]);
    if (thrown !== null) {
      const what = /^\s+what\(\):\s+(.*)$/.exec(before[i + 1] ?? '')?.[1];
      return {
        kind: 'uncaught-exception',
        message: `uncaught ${thrown[1]}${what === undefined ? '' : `: ${what}`}`,
      };
    }
    const failed = /: (Assertion [`'].*' failed\.)/.exec(before[i]);
    if (failed !== null) return { kind: 'assertion-failure', message: failed[1] };
    if (
      /^(terminate called|pure virtual method called|free\(\)|double free|malloc)/.test(before[i])
    )
      return { kind: 'abort', message: before[i] };
  }
  return { kind: 'abort', message: 'the program aborted' };
}

function leakReports(body: string[]): SanitizerReport[] {
  const reports: SanitizerReport[] = [];
  for (let i = 0; i < body.length; i++) {
    const head = /^(Direct|Indirect) leak of (.*?) allocated from:/.exec(body[i]);
    if (head === null) continue;
    reports.push({
      tool: 'lsan',
      kind: head[1] === 'Direct' ? 'memory-leak' : 'indirect-memory-leak',
      message: `${head[1].toLowerCase()} leak of ${head[2]}`,
      place: null,
      stacks: [{ title: '', frames: parseFrames(body.slice(i + 1)) }],
      deadly: false,
    });
  }
  return reports;
}

function stacksOf(body: string[]): SanitizerStack[] {
  const stacks: SanitizerStack[] = [];
  for (let i = 0; i < body.length; i++) {
    if (!/^\s*#0 0x/.test(body[i])) continue;
    const frames = parseFrames(body.slice(i));
    const title =
      stacks.length === 0 ? '' : withoutAddresses(body[i - 1] ?? '').replace(/:\s*$/, '');
    stacks.push({ title, frames });
    i += Math.max(frames.length - 1, 0);
  }
  return stacks;
}

function withoutAddresses(line: string): string {
  return line
    .replace(/^0x[0-9a-f]+ is located/, 'located')
    .replace(/^Address 0x[0-9a-f]+ is( located)?/, 'located')
    .replace(' of thread T0', '')
    .replace(/\s*\[0x[0-9a-f]+,\s*0x[0-9a-f]+\)/, '')
    .replace(
      / on (unknown )?address (0x[0-9a-f]+)?.*$/,
      (_, unknown: string | undefined, address: string | undefined) =>
        unknown === undefined
          ? ''
          : address !== undefined && /^0x0+$/.test(address)
            ? ' on the null pointer'
            : ' on an unknown address',
    )
    .replace(/ at 0x[0-9a-f]+ thread T\d+/, '')
    .replace(/: 0x[0-9a-f]+ in thread.*$/, '')
    .replace(/ in thread T\d+.*$/, '')
    .replaceAll(/\s*\(pc 0x.*?\)/g, '')
    .replace(/ which was not malloc\(\)-ed: 0x[0-9a-f]+/, ' which was not malloc()-ed')
    .replaceAll(/\b0x[0-9a-f]{6,}\b/g, '<address>')
    .trim();
}

/** The same fault at the same place, said again, is one fault. */
function dropRepeats(reports: SanitizerReport[]): SanitizerReport[] {
  const seen = new Set<string>();
  return reports.filter((report) => {
    const frames = report.stacks[0]?.frames
      .map((frame) => frame.offset ?? `${frame.file}:${frame.line}`)
      .join();
    const key = [
      report.tool,
      report.kind,
      JSON.stringify(report.place),
      report.place === null ? frames : '',
    ].join('|');
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}
