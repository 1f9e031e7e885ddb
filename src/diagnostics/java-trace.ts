/** One line `at …` of a Java stack. */
export interface JavaFrame {
  /** `java.util.ArrayList.get`. */
  function: string;
  /** By module and package: `java.base/java/util/ArrayList.java`, `Problem.java`; `null` where unknown. */
  file: string | null;
  line: number | null;
}

/** An exception and what caused it, outermost first. */
export interface JavaThrown {
  thread: string | null;
  chain: { type: string; message: string | null; frames: JavaFrame[] }[];
}

/**
 * All stack traces of exceptions in a text, each from its first line on: with a thread as Java prints
 * what nobody caught, without one as `printStackTrace` does. `Suppressed:` parts are passed over, and
 * `... n more` is filled from the stack around it.
 */
export function parseJavaTraces(text: string): JavaThrown[] {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const traces: JavaThrown[] = [];
  for (let i = 0; i < lines.length; i++) {
    const start = /^Exception in thread "(.*?)" (?=\S)/.exec(lines[i]);
    const first = headOf(lines[i].slice(start?.[0].length ?? 0));
    const isTrace = start !== null || isAt(lines[i + 1] ?? '');
    if (first === null || !isTrace) continue;
    const thrown: JavaThrown = { thread: start?.[1] ?? null, chain: [] };
    let current = { ...first, frames: [] as JavaFrame[] };
    thrown.chain.push(current);
    while (i + 1 < lines.length) {
      const line = lines[i + 1];
      const more = /^\s+\.\.\. (\d+) (?:more|common frames omitted)$/.exec(line);
      const cause = /^Caused by: (.*)$/.exec(line);
      if (isAt(line)) {
        const frame = parseJavaFrame(line);
        if (frame !== null && !/^\t{2}/.test(line)) current.frames.push(frame);
      } else if (more !== null) {
        const around = thrown.chain.at(-2)?.frames ?? [];
        if (!/^\t{2}/.test(line)) current.frames.push(...around.slice(-Number(more[1])));
      } else if (cause !== null) {
        const next = headOf(cause[1]);
        if (next === null) break;
        current = { ...next, frames: [] };
        thrown.chain.push(current);
      } else if (/^\s+(Suppressed|Caused by): /.test(line)) {
        // Passed over, with the deeper lines that belong to it.
      } else if (
        current.frames.length === 0 &&
        thrown.chain.length === 1 &&
        isMessage(lines, i + 1)
      ) {
        current.message = `${current.message ?? ''}\n${line}`;
      } else break;
      i++;
    }
    traces.push(thrown);
  }
  return traces;
}

/** `\tat java.base/java.util.ArrayList.get(ArrayList.java:427)`. */
export function parseJavaFrame(line: string): JavaFrame | null {
  const found = /^\s*at (?:([^\s()]*)\/)?([^\s()/]+)\((.*)\)\s*$/.exec(line);
  if (found === null) return null;
  const [, origin = '', name, place] = found;
  const source = /^(.+?\.java)(?::(\d+))?$/.exec(place);
  const folders = name.split('.').slice(0, -2);
  // `app//` is a class loader, `java.base@17` a module of a version.
  const module = origin.replace(/^[^/]*\/(?=[^/]*$)/, '').replace(/@.*/, '');
  const path = [...(module === '' ? [] : [module]), ...folders, source?.[1] ?? ''].join('/');
  return {
    function: name,
    file: source === null ? null : path,
    line: source?.[2] === undefined ? null : Number(source[2]),
  };
}

function isAt(line: string): boolean {
  return /^\s+at \S.*\)\s*$/.test(line);
}

/** `java.lang.ArithmeticException: / by zero`. */
function headOf(line: string): { type: string; message: string | null } | null {
  const found = /^((?:[\p{L}_$][\p{L}\p{N}_$]*\.)*[\p{L}_$][\p{L}\p{N}_$]*)(?:: (.*))?$/u.exec(
    line,
  );
  return found === null ? null : { type: found[1], message: found[2] ?? null };
}

/** A message may have lines of its own, up to the first frame. */
function isMessage(lines: readonly string[], at: number): boolean {
  for (let i = at; i < Math.min(at + 20, lines.length); i++) {
    if (isAt(lines[i])) return true;
    if (/^Exception in thread "|^Caused by: /.test(lines[i])) return false;
  }
  return false;
}
