/**
 * What the Python driver (kernels/python/rlsf_records.py) tells beside its results: JSON objects, one
 * a line, among the words of faulthandler. The program can write to the same channel, so nothing here
 * is trusted to be well formed, and nothing in it can make a verdict better.
 */
export interface PythonRecords {
  /** It compiled; how long that took. */
  compiledMicros: number | null;
  faults: PythonFault[];
  warnings: PythonWarning[];
  exceptions: PythonException[];
  /** Where it called `os._exit`; `null`: it did not. */
  exit: PythonStack | null;
  /** The stacks at a limit, the main thread's first; `null` where none was told. */
  stop: PythonStop | null;
}

/** Why a file does not compile. Columns count from 1, in `unit`s. */
export interface PythonFault {
  file: string;
  /** The exception's class. */
  kind: string;
  message: string;
  line: number | null;
  column: number | null;
  endLine: number | null;
  endColumn: number | null;
  unit: 'character' | 'byte';
  /** The line as Python shows it; of an f-string, before 3.12, a text of its own making. */
  text: string | null;
}

export interface PythonWarning {
  line: number;
  message: string;
}

/** Lines count from 1, byte columns from 0; `null` where only the line is known (before Python 3.11). */
export interface PythonFrame {
  file: string;
  function: string;
  line: number;
  column: number | null;
  endLine: number | null;
  endColumn: number | null;
}

export interface PythonStack {
  /** Innermost first. */
  frames: PythonFrame[];
  /** Frames left out in the middle. */
  cut: number;
}

/** One exception of a chain. */
export interface PythonLink extends PythonStack {
  /** How it belongs to the exception: `direct cause`, `raised while handling`, `sub-exception`; its own is empty. */
  title: string;
  kind: string;
  message: string;
}

export interface PythonException extends PythonLink {
  /** `thread`, or the name of what ignored it (a `__del__`); `null`: it ended the program or a test. */
  where: string | null;
  errno: number | null;
  chain: PythonLink[];
}

export interface PythonStop {
  stacks: (PythonStack & {
    /** This many of the outermost frames had been running for half of the time. */
    long: number;
  })[];
}

export function parsePythonRecords(text: string): PythonRecords {
  const records: PythonRecords = {
    compiledMicros: null,
    faults: [],
    warnings: [],
    exceptions: [],
    exit: null,
    stop: null,
  };
  for (const line of text.split('\n')) {
    if (!line.startsWith('{')) continue;
    const record = objectOf(line);
    if (record === null) continue;
    const { type } = record;
    if (type === 'compiled') records.compiledMicros ??= number(record['micros']) ?? 0;
    if (type === 'syntax') records.faults.push(faultOf(record));
    if (type === 'warning')
      records.warnings.push({
        line: number(record['line']) ?? 0,
        message: words(record['message']),
      });
    if (type === 'exception')
      records.exceptions.push({
        ...linkOf(record),
        where: typeof record['where'] === 'string' ? record['where'] : null,
        errno: number(record['errno']),
        chain: list(record['chain']).map(linkOf),
      });
    if (type === 'exit') records.exit = stackOf(record);
    if (type === 'stop')
      records.stop = {
        stacks: list(record['stacks']).map((stack) => ({
          ...stackOf(stack),
          long: number(stack['long']) ?? 0,
        })),
      };
  }
  return records;
}

type Json = Record<string, unknown>;

function faultOf(record: Json): PythonFault {
  return {
    file: words(record['file']),
    kind: className(record['kind']),
    message: words(record['message']),
    line: number(record['line']),
    column: number(record['column']),
    endLine: number(record['endLine']),
    endColumn: number(record['endColumn']),
    unit: record['unit'] === 'byte' ? 'byte' : 'character',
    text: typeof record['text'] === 'string' ? record['text'] : null,
  };
}

function linkOf(record: Json): PythonLink {
  return {
    title: words(record['title']),
    kind: className(record['kind']),
    message: words(record['message']),
    ...stackOf(record),
  };
}

function stackOf(record: Json): PythonStack {
  const places = Array.isArray(record['places']) ? record['places'] : [];
  const order = Array.isArray(record['order']) ? record['order'] : [];
  const frames = order.flatMap((at: unknown) => {
    const place: unknown = typeof at === 'number' ? places[at] : undefined;
    return Array.isArray(place) ? [frameOf(place)] : [];
  });
  return { frames, cut: number(record['cut']) ?? 0 };
}

function frameOf(place: unknown[]): PythonFrame {
  const [file, name, line, column, endLine, endColumn] = place;
  return {
    file: words(file),
    function: words(name),
    line: number(line) ?? 0,
    column: number(column),
    endLine: number(endLine),
    endColumn: number(endColumn),
  };
}

/** A class may bear any name; what the verdict reads as a kind must be one that Python allows. */
export function className(value: unknown): string {
  return typeof value === 'string' && /^[\p{L}\p{Nl}_][\p{L}\p{N}\p{M}_]*$/u.test(value)
    ? value
    : 'Exception';
}

function objectOf(line: string): Json | null {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function list(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null;
}

function words(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
