/** Reading of JSON that a tool wrote: what is not there, or of another type, reads as empty. */

export function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

/** A field of a field: `at(value, 'message', 'text')`. */
export function at(value: unknown, ...keys: string[]): unknown {
  return keys.reduce(field, value);
}

export function text(value: unknown, key: string): string {
  const found = field(value, key);
  return typeof found === 'string' ? found : '';
}

export function list(value: unknown, key: string): unknown[] {
  const found = field(value, key);
  return Array.isArray(found) ? found : [];
}

export function number(value: unknown, key: string): number | null {
  const found = field(value, key);
  return typeof found === 'number' ? found : null;
}

/**
 * The JSON values in a text that begin a line with a bracket, on one line or over several (as GCC 14
 * writes them), and the lines between them.
 */
export function jsonValues(stderr: string): { values: unknown[]; rest: string } {
  const values: unknown[] = [];
  const rest: string[] = [];
  let i = 0;
  while (i < stderr.length) {
    const isValue = /^(\[\s*[\]{]|\{\s*")/.test(stderr.slice(i, i + 80));
    const end = isValue ? closing(stderr, i) : -1;
    const value = end < 0 ? undefined : parse(stderr.slice(i, end));
    if (value !== undefined) {
      values.push(value);
      i = stderr[end] === '\n' ? end + 1 : end;
      continue;
    }
    const newline = stderr.indexOf('\n', i);
    const next = newline < 0 ? stderr.length : newline + 1;
    rest.push(stderr.slice(i, newline < 0 ? next : newline));
    i = next;
  }
  return { values, rest: rest.join('\n').trim() };
}

/** Behind the bracket that closes the one at `start`; -1 where none does. */
function closing(source: string, start: number): number {
  let depth = 0;
  for (let i = start; i < source.length; i++) {
    const character = source[i];
    if (character === '"') {
      for (i++; i < source.length && source[i] !== '"'; i++) if (source[i] === '\\') i++;
    } else if (character === '[' || character === '{') depth++;
    else if ((character === ']' || character === '}') && --depth === 0) return i + 1;
  }
  return -1;
}

function parse(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}
