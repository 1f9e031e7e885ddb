import { z } from 'zod';
import { httpError } from './http-error.js';
import type { HttpError } from './http-error.js';

/** The body as its schema reads it. @throws 400 with the place, what was expected there, and what came */
export function checkBody<Schema extends z.ZodType>(
  schema: Schema,
  body: unknown,
): z.output<Schema> {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  throw bodyError(read.error.issues, body, schema);
}

function bodyError(
  issues: readonly z.core.$ZodIssue[],
  body: unknown,
  schema: z.ZodType,
): HttpError {
  const found = issues.map((issue) => deepest(issue, []));
  const { path, expected } = found[0];
  const where = placeOf(path);
  const got = shown(valueAt(body, path));
  const more = found.length > 1 ? ` (and ${found.length - 1} more)` : '';
  const isUnknown = issues[0].code === 'unrecognized_keys' && path.length === 1;
  const keys = isUnknown && schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const known = keys.length > 0 ? ` There are: ${keys.join(', ')}.` : '';
  const message = `${where}: expected ${expected}, got ${got}${more}.${known}`;
  return httpError(400, 'bad_request', message, { where, expected, got });
}

interface Found {
  path: PropertyKey[];
  expected: string;
}

/**
 * Of a union, a branch of the kind that came is the one that was meant; of those, one that knows all keys;
 * of those, the one that read farthest.
 */
function deepest(issue: z.core.$ZodIssue, base: readonly PropertyKey[]): Found {
  const path = [...base, ...issue.path];
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const failed = issue.errors.filter((each) => each.length > 0);
    const ofKind = someOf(failed, (each) => !isOfOtherKind(each[0]));
    const meant = someOf(ofKind, (each) => each.every(({ code }) => code !== 'unrecognized_keys'));
    const branches = meant.map((each) => deepest(each[0], path));
    const far = Math.max(...branches.map((each) => each.path.length));
    const best = branches.filter((each) => each.path.length === far);
    if (best.length === 1 || far > path.length) return best[0];
    return { path, expected: [...new Set(best.map((each) => each.expected))].join(' or ') };
  }
  // The key itself is what is wrong, not what it stands in.
  const named = issue.code === 'unrecognized_keys' ? [...path, issue.keys[0]] : path;
  return { path: named, expected: expectedBy(issue) };
}

function isOfOtherKind({ code, path }: z.core.$ZodIssue): boolean {
  return code === 'invalid_type' && path.length === 0;
}

/** Those that pass, or all where none does. */
function someOf<Each>(all: Each[], passes: (each: Each) => boolean): Each[] {
  const passing = all.filter(passes);
  return passing.length > 0 ? passing : all;
}

function expectedBy(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return article(issue.expected);
    case 'too_big':
      return issue.maximum === 0 && issue.origin === 'array'
        ? 'none'
        : `at most ${issue.maximum}${unitOf(issue.origin, issue.maximum)}`;
    case 'too_small':
      return `at least ${issue.minimum}${unitOf(issue.origin, issue.minimum)}`;
    case 'invalid_value':
      return issue.values.map((value) => JSON.stringify(value)).join(', ');
    case 'unrecognized_keys':
      return 'no such key';
    default:
      return issue.message;
  }
}

function article(type: string): string {
  const name = type === 'int' ? 'whole number' : type === 'record' ? 'object' : type;
  return /^[aeiou]/.test(name) ? `an ${name}` : `a ${name}`;
}

function unitOf(origin: string, count: number | bigint): string {
  const [one, many] = units[origin] ?? ['', ''];
  return Number(count) === 1 ? one : many;
}

const units: Readonly<Record<string, [one: string, many: string]>> = {
  string: [' character', ' characters'],
  array: [' entry', ' entries'],
  record: [' key', ' keys'],
};

function placeOf(path: readonly PropertyKey[]): string {
  const text = path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part).slice(0, 60)}`))
    .join('');
  return text === '' ? 'body' : text.replace(/^\./, '');
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, part)
        ? (value as Record<PropertyKey, unknown>)[part]
        : undefined,
    body,
  );
}

/** Short, and never more than a glimpse of a long text. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string')
    return value.length > 40
      ? `a string of ${value.length} characters`
      : `the string ${JSON.stringify(value)}`;
  return `the ${typeof value} ${String(value)}`;
}
