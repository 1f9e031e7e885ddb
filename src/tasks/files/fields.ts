import { inputError } from '../../errors.js';
import { didYouMean } from '../closest.js';

/** The columns of one row; each call says what it expects, and throws what is wrong with it. */
export interface Fields {
  readonly value: Record<string, unknown>;
  has(name: string): boolean;
  text(...names: string[]): string;
  optionalText(...names: string[]): string | null;
  /** A list of texts; a JSON text that holds one will do. */
  texts(...names: string[]): string[];
  /** Any JSON value; a text is read as JSON. */
  json(...names: string[]): unknown;
}

/** Reads the columns of a row. Several names: the first that the row has. */
export function rowFields(value: Record<string, unknown>): Fields {
  const find = (names: readonly string[]): string | null =>
    names.find((name) => value[name] !== undefined && value[name] !== null) ?? null;
  const need = (names: readonly string[]): unknown => {
    const name = find(names);
    if (name !== null) return value[name];
    const known = Object.keys(value);
    throw inputError(
      `expected the column ${names.map((each) => `'${each}'`).join(' or ')}, the row has ${known.length === 0 ? 'none' : known.map((each) => `'${each}'`).join(', ')}.${didYouMean(names[0], known)}`,
    );
  };
  const text = (names: readonly string[], found: unknown): string => {
    if (typeof found === 'string') return found;
    throw wrongKind(names, 'text', found);
  };
  return {
    value,
    has: (name) => find([name]) !== null,
    text: (...names) => text(names, need(names)),
    optionalText: (...names) => (find(names) === null ? null : text(names, need(names))),
    texts(...names) {
      const found = parsed(names, need(names));
      if (Array.isArray(found) && found.every((each) => typeof each === 'string')) return found;
      throw wrongKind(names, 'a list of texts', found);
    },
    json: (...names) => parsed(names, need(names)),
  };
}

function parsed(names: readonly string[], found: unknown): unknown {
  if (typeof found !== 'string') return found;
  try {
    return JSON.parse(found) as unknown;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw inputError(
      `expected the column '${names[0]}' to hold JSON, it does not parse: ${reason}.`,
    );
  }
}

function wrongKind(names: readonly string[], expected: string, found: unknown): Error {
  const kind = Array.isArray(found) ? 'a list' : found === null ? 'null' : typeof found;
  return inputError(`expected the column '${names[0]}' to be ${expected}, got ${kind}.`);
}
