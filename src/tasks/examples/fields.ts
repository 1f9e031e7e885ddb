import { inputError } from '../../errors.js';
import { nearMiss } from '../closest.js';

/** The values of a YAML mapping, each read by its key; what is wrong is told with file and key. */
export interface YamlFields {
  /** A text that has to be there and not be empty. */
  text(key: string): string;
  optionalText(key: string): string | null;
  /** One of some names. */
  choice<Name extends string>(key: string, names: readonly Name[]): Name;
  /** A whole number of at least 0; `null` where the key is missing or `none`. */
  whole(key: string): number | null;
  flag(key: string, fallback: boolean): boolean;
  texts(key: string): string[];
  /** A mapping below; `null` where the key is missing. */
  fields(key: string, keys: readonly string[]): YamlFields | null;
  /** Mappings below; none where the key is missing. */
  list(key: string, keys: readonly string[]): YamlFields[];
  /** An input error about a key. */
  refuse(key: string, expected: string): Error;
}

/**
 * A mapping whose scalars are texts (YAML's failsafe schema, so that `1.50` stays `1.50`).
 * @param file for messages
 * @param at the mapping's own place in the file, '' for the whole
 * @param keys all that it may have
 */
export function yamlFields(
  file: string,
  at: string,
  value: unknown,
  keys: readonly string[],
): YamlFields {
  const place = (key: string): string => (at === '' ? key : `${at}.${key}`);
  if (!isMapping(value))
    throw inputError(
      `${file}: ${at === '' ? '' : `${at}: `}expected the keys ${keys.join(', ')}, got ${shown(value)}.`,
    );
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined) {
    const meant = nearMiss(unknown, keys);
    throw inputError(
      `${file}: ${place(unknown)}: expected only the keys ${keys.join(', ')}. ${meant === null ? 'Leave it out.' : `Did you mean '${meant}'?`}`,
    );
  }
  const refuse = (key: string, expected: string): Error => {
    const there = key in value ? `got ${shown(value[key])}` : 'but it is missing';
    return inputError(`${file}: ${place(key)}: expected ${expected}, ${there}.`);
  };
  const items = (key: string): unknown[] | null => {
    const given = value[key] ?? null;
    if (given !== null && !Array.isArray(given)) throw refuse(key, 'a list');
    return given;
  };
  const optionalText = (key: string): string | null => {
    const given = value[key] ?? null;
    if (given !== null && typeof given !== 'string') throw refuse(key, 'a text');
    return given;
  };
  const fields: YamlFields = {
    refuse,
    optionalText,
    text(key) {
      const given = optionalText(key)?.trim() ?? '';
      if (given === '') throw refuse(key, 'a text');
      return given;
    },
    choice<Name extends string>(key: string, names: readonly Name[]): Name {
      const given = optionalText(key);
      const found = names.find((name) => name === given);
      if (found !== undefined) return found;
      const meant = given === null ? null : nearMiss(given, names);
      throw refuse(
        key,
        `one of ${names.join(', ')}${meant === null ? '' : ` (did you mean '${meant}'?)`}`,
      );
    },
    whole(key) {
      const given = optionalText(key);
      if (given === null || given === 'none') return null;
      if (!/^\d+$/.test(given)) throw refuse(key, 'a whole number, or none');
      return Number(given);
    },
    flag(key, fallback) {
      const given = optionalText(key);
      if (given === null) return fallback;
      if (given !== 'true' && given !== 'false') throw refuse(key, 'true or false');
      return given === 'true';
    },
    texts: (key) =>
      (items(key) ?? []).map((one, i) => {
        if (typeof one === 'string') return one;
        throw inputError(`${file}: ${place(key)}[${i}]: expected a text, got ${shown(one)}.`);
      }),
    fields: (key, below) => (key in value ? yamlFields(file, place(key), value[key], below) : null),
    list: (key, below) =>
      (items(key) ?? []).map((one, i) => yamlFields(file, `${place(key)}[${i}]`, one, below)),
  };
  return fields;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  const text = typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
