/** zod's findings as sentences: where, what was expected, what came, what to do. */
import { distance } from 'fastest-levenshtein';
import type { z } from 'zod';
import type { JsonSchema } from './tree.js';
import { expectedValue, listOptions, schemaAt, treeSchema } from './tree.js';

/**
 * @param values the merged tree that was parsed
 * @param sources which layer set the value at a key path
 * @param fallback named where no layer set anything (a missing option)
 */
export function explainIssues(
  issues: readonly z.core.$ZodIssue[],
  values: Record<string, unknown>,
  sources: ReadonlyMap<string, string>,
  fallback: string,
): string {
  const root = treeSchema();
  return issues
    .flatMap((issue) => {
      const keys = issue.path.map(String);
      if (issue.code === 'unrecognized_keys') {
        return issue.keys.map((key) => explainUnknown([...keys, key], root, sources, fallback));
      }
      return [explainValue(issue, keys, root, values, sources, fallback)];
    })
    .join('\n');
}

function explainUnknown(
  keys: readonly string[],
  root: JsonSchema,
  sources: ReadonlyMap<string, string>,
  fallback: string,
): string {
  const wrong = keys.join('.');
  const nearest = nearestOption(keys, root);
  return `${sourceOf(keys, sources, fallback)}: ${wrong}: no such option. Nearest: ${nearest}. Correct the name; docs/config.md lists all options.`;
}

/**
 * The option someone meant: the same name in another section, else the closest name in this
 * section, else the closest path in the whole tree.
 */
function nearestOption(keys: readonly string[], root: JsonSchema): string {
  const name = keys[keys.length - 1];
  const paths = allPaths(root).filter((path) => keys.length === 1 || path.includes('.'));
  const elsewhere = paths.find((path) => path.split('.').pop() === name);
  if (elsewhere) return elsewhere;
  const parent = keys.slice(0, -1);
  const siblings = Object.keys(schemaAt(parent, root)?.properties ?? {});
  const sibling = closest(name, siblings);
  const global = closest(name, paths, (path) => path.split('.').pop() ?? path);
  const own = sibling ? [...parent, sibling].join('.') : null;
  if (!own || !sibling || !global) return own ?? global ?? '';
  const globalName = global.split('.').pop() ?? global;
  return strangeness(name, sibling) <= strangeness(name, globalName) ? own : global;
}

function allPaths(root: JsonSchema): string[] {
  return [...Object.keys(root.properties ?? {}), ...listOptions(root).map((entry) => entry.path)];
}

function closest(
  word: string,
  candidates: readonly string[],
  nameOf: (candidate: string) => string = (candidate) => candidate,
): string | null {
  let best: string | null = null;
  let bestDistance = Infinity;
  for (const candidate of candidates) {
    const d = strangeness(word.toLowerCase(), nameOf(candidate));
    if (d < bestDistance) [best, bestDistance] = [candidate, d];
  }
  return best;
}

/** From 0, its first letters (`lr`), over one of its words (`steps`) and slips of the hand, to 1. */
function strangeness(word: string, name: string): number {
  const parts = name.split('_');
  if (parts.length > 1 && parts.map(([first]) => first).join('') === word) return 0;
  if (word.length > 1 && parts.includes(word)) return 0.3;
  return distance(word, name) / Math.max(word.length, name.length);
}

function explainValue(
  issue: z.core.$ZodIssue,
  keys: readonly string[],
  root: JsonSchema,
  values: Record<string, unknown>,
  sources: ReadonlyMap<string, string>,
  fallback: string,
): string {
  const where = `${sourceOf(keys, sources, fallback)}: ${keys.join('.')}`;
  if (issue.code === 'custom') return `${where}: ${issue.message}`;
  // Inside a list the option is the list itself.
  const optionKeys = keys.filter((key) => !/^\d+$/.test(key));
  const schema = schemaAt(optionKeys, root);
  const expected = schema ? expectedValue(schema) : issue.message;
  const came = valueAt(values, keys);
  const missing = came === undefined ? schema?.required?.[0] : undefined;
  if (missing) {
    // A whole section is absent: speak of the option in it that has no default.
    return explainValue(issue, [...keys, missing], root, values, sources, fallback);
  }
  const advice =
    came === undefined
      ? `Set it in the file or with --set ${optionKeys.join('.')}=…`
      : 'Change it; docs/config.md describes it.';
  return `${where}: expected ${expected}, got ${show(came)}. ${advice}`;
}

function sourceOf(
  keys: readonly string[],
  sources: ReadonlyMap<string, string>,
  fallback: string,
): string {
  for (let length = keys.length; length > 0; length--) {
    const source = sources.get(keys.slice(0, length).join('.'));
    if (source) return source;
  }
  return fallback;
}

function valueAt(values: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null
        ? (value as Record<string, unknown>)[key]
        : undefined,
    values,
  );
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number') return `${value} (number)`;
  if (value === null || typeof value === 'boolean') return String(value);
  const kind = Array.isArray(value) ? 'list' : typeof value === 'string' ? 'text' : 'section';
  const text = JSON.stringify(value);
  return `${text.length > 60 ? `${text.slice(0, 60)}…` : text} (${kind})`;
}
