/** What the C++ runtime, `assert` or libc wrote before it aborted the program. */
export interface Abort {
  kind: string;
  message: string;
  /** An assertion's own place. */
  place: { file: string; line: number; column: null } | null;
}

/** The reason for an abort that a line tells, or `null`. A program may have written before it on the same line. */
export function abortAt(lines: readonly string[], i: number): Abort | null {
  const line = lines[i];
  const thrown = behind(line, "terminate called after throwing an instance of '");
  if (thrown?.endsWith("'")) {
    const what = behind(lines[i + 1] ?? '', 'what():  ');
    const message = `uncaught ${thrown.slice(0, -1)}${what === null ? '' : `: ${what}`}`;
    return { kind: 'uncaught-exception', message, place: null };
  }
  if (line.endsWith('terminate called without an active exception')) {
    const message = 'std::terminate was called without an exception';
    return { kind: 'terminate', message, place: null };
  }
  return failedAssertion(line) ?? debugAssertion(lines, i) ?? libraryAbort(line.slice(-1024));
}

/**
 * glibc writes `program: file:line: function: Assertion `x' failed.`, libstdc++ the same without the
 * program; musl and macOS have their own wording.
 */
function failedAssertion(line: string): Abort | null {
  const start = line.search(/Assertion [`']/);
  if (start >= 0 && line.endsWith("' failed.")) {
    // The first number between colons is the line; what stands before it, behind the program, the file.
    const before = line.slice(0, start);
    const number = /:(\d+): /.exec(before);
    const file = before.slice(0, number?.index ?? 0).replace(/^.*: /, '');
    return number === null ? null : assertion(file, number[1], line.slice(start));
  }
  const said = behind(line.slice(0, 4096), 'Assertion failed: ');
  if (said === null || !line.startsWith('Assertion failed: ')) return null;
  const musl = /^(.*) \(([^() ]+): .*: (\d+)\)$/.exec(said);
  if (musl !== null) return assertion(musl[2], musl[3], `Assertion \`${musl[1]}' failed.`);
  const macOs = /^\((.*)\), function .*, file (.*), line (\d+)\.$/.exec(said);
  return macOs && assertion(macOs[2], macOs[3], `Assertion \`${macOs[1]}' failed.`);
}

/** libstdc++'s debug mode: the place, the function, then a sentence over several lines. */
function debugAssertion(lines: readonly string[], i: number): Abort | null {
  if (lines[i + 1] !== 'In function:') return null;
  const place = /^(\S+):(\d+):$/.exec(lines[i]);
  const body = lines.slice(i + 1, i + 40);
  const from = body.findIndex((line) => line.startsWith('Error: '));
  if (place === null || from < 0) return null;
  const end = body.indexOf('', from);
  const sentence = body.slice(from, end < 0 ? from + 1 : end).map((line) => line.trim());
  return assertion(place[1], place[2], sentence.join(' ').slice('Error: '.length));
}

function assertion(file: string, line: string, message: string): Abort {
  return { kind: 'assertion-failure', message, place: { file, line: Number(line), column: null } };
}

/** One line of libc or of the C++ runtime. */
function libraryAbort(line: string): Abort | null {
  for (const [pattern, kind] of libraryAborts) {
    const found = pattern.exec(line);
    if (found !== null) return { kind, message: line.slice(found.index).trim(), place: null };
  }
  return null;
}

const libraryAborts: [RegExp, string][] = [
  [/pure virtual method called$/, 'pure-virtual-call'],
  [/deleted virtual method called$/, 'pure-virtual-call'],
  [/terminate called recursively$/, 'terminate'],
  [/\*\*\* stack smashing detected \*\*\*/, 'stack-smashing'],
  [/\*\*\* buffer overflow detected \*\*\*/, 'buffer-overflow'],
  [/\*\*\* bit out of range/, 'buffer-overflow'],
  [/\b(free|malloc|realloc|munmap_chunk|malloc_consolidate|malloc_check_get_size|calloc)\(\): [a-z][\w .,+<>()-]*$/, 'heap-corruption'],
  [/double free or corruption \([\w!]+\)$/, 'heap-corruption'],
  [/corrupted (size vs\. prev_size|double-linked list|unsorted chunks)/, 'heap-corruption'],
  [/Fatal glibc error: malloc/, 'heap-corruption'],
  [/break adjusted to free malloc space$/, 'heap-corruption'],
]; // prettier-ignore

/** What follows a word in a line; `null` where it does not stand there. */
function behind(line: string, word: string): string | null {
  const at = line.indexOf(word);
  return at < 0 ? null : line.slice(at + word.length);
}
