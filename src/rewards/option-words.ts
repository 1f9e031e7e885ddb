import { z } from 'zod';
import { didYouMean } from '../tasks/closest.js';

/** As much of JSON Schema as zod writes for the options of rewards. */
export interface OptionSchema {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  items?: OptionSchema;
  properties?: Record<string, OptionSchema>;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  minItems?: number;
}

/** The options of a reward by name, in their order. */
export function optionSchemas(options: z.ZodObject): Record<string, OptionSchema> {
  const { properties } = z.toJSONSchema(options, { io: 'input' }) as OptionSchema;
  return properties ?? {};
}

/** What an option takes: `a whole number of at least 1`, `strict or lenient`. */
export function expectedOption(schema: OptionSchema): string {
  if (schema.enum) return choices(schema.enum.map(String));
  switch (schema.type) {
    case 'integer':
      return `a whole number${bounds(schema)}`;
    case 'number':
      return `a number${bounds(schema)}`;
    case 'boolean':
      return 'true or false';
    case 'array':
      return `a list${(schema.minItems ?? 0) > 0 ? ' of one or more' : ''} of ${schema.items?.enum ? schema.items.enum.join(', ') : 'texts'}`;
    case 'object':
      return 'numbers by name';
    default:
      return 'a text';
  }
}

/** All that is wrong with the options of a reward, a line each. */
export function explainOptions(
  reward: string,
  options: z.ZodObject,
  given: unknown,
  error: z.ZodError,
): string {
  const root: OptionSchema = { properties: optionSchemas(options) };
  const lines = error.issues.flatMap((issue) => {
    // Inside a list the option is the list itself.
    const path = issue.path.filter((key) => typeof key !== 'number');
    const schema = schemaAt(root, path);
    const where = ['options', ...path].join('.');
    if (issue.code === 'unrecognized_keys') {
      const known = Object.keys(schema.properties ?? {});
      return issue.keys.map((key) => `${where}: ${unknownOption(key, known)}`);
    }
    return [`${where}: expected ${expectedOption(schema)}, got ${show(valueAt(given, path))}`];
  });
  return lines.map((line) => `reward ${reward}: ${line}`).join('\n');
}

function unknownOption(key: string, known: readonly string[]): string {
  if (known.length === 0) return `it takes no options, got '${key}'`;
  return `there is no option '${key}'.${didYouMean(key, known)} It takes ${known.join(', ')}`;
}

function schemaAt(root: OptionSchema, path: readonly PropertyKey[]): OptionSchema {
  let schema = root;
  for (const key of path) schema = schema.properties?.[String(key)] ?? {};
  return schema;
}

function valueAt(given: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined,
    given,
  );
}

function bounds({ minimum, exclusiveMinimum, maximum }: OptionSchema): string {
  const from = minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum;
  const to = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (from !== undefined && to !== undefined) return ` from ${from} to ${to}`;
  if (from !== undefined) return ` of at least ${from}`;
  if (exclusiveMinimum !== undefined) return ` above ${exclusiveMinimum}`;
  return to === undefined ? '' : ` of at most ${to}`;
}

function choices(values: readonly string[]): string {
  return values.length < 2
    ? values.join()
    : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  return typeof value === 'string' ? `'${value}'` : (JSON.stringify(value) ?? String(value));
}
