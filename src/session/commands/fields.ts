import { z } from 'zod';
import type { SessionCommand } from './command.js';

/** A field of a command as the prompt sees it. */
export interface Field {
  /** camelCase, as in `input`. */
  name: string;
  /** As it is typed: `--top-k`. */
  flag: string;
  summary: string;
  kind: 'flag' | 'number' | 'text' | 'choice';
  /** It may be given several times. */
  isList: boolean;
  /** The last field by place takes the line as it stands from there on: SQL, a sentence. */
  takesRest: boolean;
  isRequired: boolean;
  /** Of a choice. */
  choices: readonly string[];
  /** What it takes, in words: `a whole number ≥ 1`. */
  expected: string;
}

/** Marks a text field that takes the rest of the line, quotes and all. */
export const restOfLine = { takesRest: true } as const;

/** The fields of a command, those by place first. */
export function fieldsOf(command: SessionCommand): Field[] {
  const places = command.positional ?? [];
  const names = Object.keys(command.input);
  return [...places, ...names.filter((name) => !places.includes(name))].map((name) =>
    fieldOf(name, command.input[name]),
  );
}

function fieldOf(name: string, schema: z.core.$ZodType): Field {
  const { inner, isRequired } = unwrapped(schema);
  const isList = inner instanceof z.ZodArray;
  const { inner: element } = unwrapped(inner instanceof z.ZodArray ? inner.element : inner);
  const about = schema instanceof z.ZodType ? (schema.meta() ?? {}) : {};
  return {
    name,
    flag: `--${dashed(name)}`,
    summary: about.description ?? '',
    kind: kindOf(element),
    isList,
    takesRest: about['takesRest'] === true,
    isRequired,
    choices: element instanceof z.ZodEnum ? element.options.map(String) : [],
    expected: expectedOf(element),
  };
}

function unwrapped(schema: z.core.$ZodType): { inner: z.core.$ZodType; isRequired: boolean } {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable)
    return { inner: unwrapped(schema.unwrap()).inner, isRequired: false };
  if (schema instanceof z.ZodDefault)
    return { inner: unwrapped(schema.unwrap()).inner, isRequired: false };
  return { inner: schema, isRequired: true };
}

function kindOf(schema: z.core.$ZodType): Field['kind'] {
  if (schema instanceof z.ZodBoolean) return 'flag';
  if (schema instanceof z.ZodNumber) return 'number';
  return schema instanceof z.ZodEnum ? 'choice' : 'text';
}

function expectedOf(schema: z.core.$ZodType): string {
  if (schema instanceof z.ZodEnum) return `one of ${schema.options.join(', ')}`;
  if (!(schema instanceof z.ZodNumber))
    return schema instanceof z.ZodBoolean ? 'yes or no' : 'text';
  const { minValue, maxValue } = schema;
  const isInt = schema.format === 'safeint' || schema.isInt;
  const parts = [
    ...(minValue !== null && minValue > Number.MIN_SAFE_INTEGER ? [`≥ ${minValue}`] : []),
    ...(maxValue !== null && maxValue < Number.MAX_SAFE_INTEGER ? [`≤ ${maxValue}`] : []),
  ];
  return [isInt ? 'a whole number' : 'a number', parts.join(' and ')].filter(Boolean).join(' ');
}

/** A field's name as it is typed: `topK` → `top-k`. */
export function dashed(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
