/** The config tree as plain data: every option with its path, text, default and allowed values. */
import { z } from 'zod';
import { configTree } from './schema.js';

/** As much of JSON Schema as zod writes for this tree. */
export interface JsonSchema {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  minItems?: number;
  [key: string]: unknown;
}

/** The tree as JSON Schema (draft 2020-12), without zod's bounds of the safe integers. */
export function treeSchema(): JsonSchema {
  return withoutSafeIntegerBounds(z.toJSONSchema(configTree, { io: 'input' }) as JsonSchema);
}

/** The schema at a key path, or `null` where the tree has nothing there. */
export function schemaAt(
  path: readonly string[],
  root: JsonSchema = treeSchema(),
): JsonSchema | null {
  let schema: JsonSchema | undefined = root;
  for (const key of path) {
    const others: JsonSchema['additionalProperties'] = schema?.additionalProperties;
    schema = schema?.properties?.[key] ?? (typeof others === 'object' ? others : undefined);
  }
  return schema ?? null;
}

export interface ConfigOption {
  /** e.g. `grpo.num_generations`. */
  path: string;
  schema: JsonSchema;
}

/** All options (leaves), in the order of the tree. */
export function listOptions(root: JsonSchema = treeSchema(), prefix = ''): ConfigOption[] {
  return Object.entries(root.properties ?? {}).flatMap(([key, schema]) =>
    schema.properties
      ? listOptions(schema, `${prefix}${key}.`)
      : [{ path: `${prefix}${key}`, schema }],
  );
}

/** What an option takes, in words: `whole number ≥ 1`, `one of auto, native`, `text or null`. */
export function expectedValue(schema: JsonSchema): string {
  if (schema.anyOf) return schema.anyOf.map(expectedValue).join(' or ');
  if (schema.const !== undefined) return String(schema.const);
  if (schema.enum) return `one of ${schema.enum.map(String).join(', ')}`;
  switch (schema.type) {
    case 'integer':
      return `whole number${bounds(schema)}`;
    case 'number':
      return `number${bounds(schema)}`;
    case 'string':
      return 'text';
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'null';
    case 'array':
      return `list of ${schema.items ? expectedValue(schema.items) : 'values'}`;
    case 'object':
      if (typeof schema.additionalProperties === 'object')
        return `${expectedValue(schema.additionalProperties)} by name`;
      return `section with ${Object.keys(schema.properties ?? {}).join(', ')}`;
    default:
      return 'value';
  }
}

function bounds(schema: JsonSchema): string {
  const parts: string[] = [];
  if (schema.minimum !== undefined) parts.push(`≥ ${schema.minimum}`);
  if (schema.exclusiveMinimum !== undefined) parts.push(`> ${schema.exclusiveMinimum}`);
  if (schema.maximum !== undefined) parts.push(`≤ ${schema.maximum}`);
  if (schema.exclusiveMaximum !== undefined) parts.push(`< ${schema.exclusiveMaximum}`);
  return parts.length > 0 ? ` ${parts.join(', ')}` : '';
}

function withoutSafeIntegerBounds(schema: JsonSchema): JsonSchema {
  const entries = Object.entries(schema)
    .filter(
      ([key, value]) =>
        !(
          (key === 'minimum' && value === Number.MIN_SAFE_INTEGER) ||
          (key === 'maximum' && value === Number.MAX_SAFE_INTEGER)
        ),
    )
    .map(([key, value]): [string, unknown] => {
      if (key === 'properties') {
        const properties = Object.entries(value as Record<string, JsonSchema>);
        return [
          key,
          Object.fromEntries(properties.map(([k, v]) => [k, withoutSafeIntegerBounds(v)])),
        ];
      }
      if (key === 'anyOf') return [key, (value as JsonSchema[]).map(withoutSafeIntegerBounds)];
      if (key === 'items' || (key === 'additionalProperties' && typeof value === 'object'))
        return [key, withoutSafeIntegerBounds(value as JsonSchema)];
      return [key, value];
    });
  return Object.fromEntries(entries);
}

export function isSection(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
