/** What the C++ runtime, `assert` or libc wrote before it aborted the program. */
export interface Abort {
  kind: string;
  message: string;
  /** An assertion's own place. */
  place: { file: string; line: number; column: null } | null;
}

/** The reason for an abort that a line tells, or `null`. */
export function abortAt(lines: readonly string[], i: number): Abort | null {
  const line = lines[i];
  const thrown = /terminate called after throwing an instance of '(.*)'$/.exec(line);
  if (thrown !== null) {
    const what = /^\s+what\(\):\s+(.*)$/.exec(lines[i + 1] ?? '')?.[1];
    const message = `uncaught ${thrown[1]}${what === undefined ? '' : `: ${what}`}`;
    return { kind: 'uncaught-exception', message, place: null };
  }
  if (/terminate called without an active exception$/.test(line))
    return {
      kind: 'terminate',
      message: 'std::terminate was called without an exception',
      place: null,
    };
  return failedAssertion(lines, i) ?? libraryAbort(line);
}

/**
 * glibc writes `program: file:line: function: Assertion `x' failed.`, libstdc++ the same without the
 * program; musl and macOS have their own wording, libstdc++'s debug mode several lines.
 */
function failedAssertion(lines: readonly string[], i: number): Abort | null {
  const make = (file: string, line: string, message: string): Abort => ({
    kind: 'assertion-failure',
    message,
    place: { file, line: Number(line), column: null },
  });
  const said = /Assertion [`'].*' failed\.$/.exec(lines[i]);
  if (said !== null) {
    // The first number between colons is the line; what stands before it, behind the program, the file.
    const before = lines[i].slice(0, said.index);
    const number = /:(\d+): /.exec(before);
    const file = before.slice(0, number?.index ?? 0).replace(/^.*: /, '');
    return number === null ? null : make(file, number[1], said[0]);
  }
  const musl = /^Assertion failed: (.*) \(([^()]+): .*: (\d+)\)$/.exec(lines[i]);
  if (musl !== null) return make(musl[2], musl[3], `Assertion \`${musl[1]}' failed.`);
  const macOs = /^Assertion failed: \((.*)\), function .*, file (.*), line (\d+)\.$/.exec(lines[i]);
  if (macOs !== null) return make(macOs[2], macOs[3], `Assertion \`${macOs[1]}' failed.`);
  const debug = /^(\S+):(\d+):$/.exec(lines[i]);
  if (debug === null || !/^In function:$/.test(lines[i + 1] ?? '')) return null;
  const body = lines.slice(i + 1, i + 40);
  const from = body.findIndex((line) => line.startsWith('Error: '));
  if (from < 0) return null;
  const end = body.indexOf('', from);
  const error = body.slice(from, end < 0 ? from + 1 : end).map((line) => line.trim());
  return make(debug[1], debug[2], error.join(' ').slice('Error: '.length));
}

/** One line of libc or of the C++ runtime. */
function libraryAbort(line: string): Abort | null {
  const found = libraryAborts.find(([pattern]) => pattern.test(line));
  if (found === undefined) return null;
  const [pattern, kind] = found;
  // A program may have written something before it on the same line.
  const message = line.slice(pattern.exec(line)?.index ?? 0).trim();
  return { kind, message, place: null };
}

const libraryAborts: [RegExp, string][] = [
  [/pure virtual method called$/, 'pure-virtual-call'],
  [/deleted virtual method called$/, 'pure-virtual-call'],
  [/terminate called recursively$/, 'terminate'],
  [/\*\*\* stack smashing detected \*\*\*/, 'stack-smashing'],
  [/\*\*\* buffer overflow detected \*\*\*/, 'buffer-overflow'],
  [/\*\*\* bit out of range/, 'buffer-overflow'],
  [/(free|malloc|realloc|munmap_chunk|malloc_consolidate|malloc_check_get_size|calloc)\(\): [a-z][\w .,+<>()-]*$/, 'heap-corruption'],
  [/double free or corruption \([\w!]+\)$/, 'heap-corruption'],
  [/corrupted (size vs\. prev_size|double-linked list|unsorted chunks)/, 'heap-corruption'],
  [/Fatal glibc error: malloc/, 'heap-corruption'],
  [/break adjusted to free malloc space$/, 'heap-corruption'],
]; // prettier-ignore
