/**
 * Where option values come from, weakest first: defaults < file (its `extends` chain) <
 * environment < `--set`. A layer remembers its source, so that an error can name it.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse as parseDotenv } from 'dotenv';
import { parse as parseYaml, YAMLParseError } from 'yaml';
import { inputError, usageError } from '../../errors.js';
import { hidePasswords } from '../../sandbox/remote/address.js';
import { translateAliases } from './aliases.js';
import { isOnline, type Method } from './methods.js';
import type { JsonSchema } from './tree.js';
import { expectedValue, isSection, schemaAt, treeSchema } from './tree.js';

export interface Layer {
  /** `configs/tour.yaml`, `environment variable LR`, `--set grpo.beta=0`. */
  source: string;
  values: Record<string, unknown>;
  /** Of a file: where it lies. */
  folder?: string;
}

export interface LayerOptions {
  /** Whose section takes what every method has. */
  method: Method;
  /** Told of every key that was read as another. */
  onNote: (note: string) => void;
}

/**
 * Short names that people's shells already hold; `RLSF_SECTION__KEY` reaches every other option. `*` is
 * the section of the method that is to run; its batch is `prompts_per_step` of grpo and ppo, else
 * `per_device_train_batch_size`.
 */
export const environmentNames: Readonly<Record<string, string>> = {
  MODEL_NAME: 'policy.model_name_or_path',
  OUTPUT_DIR: 'run.output_dir',
  MAX_STEPS: '*.max_steps',
  NUM_GENERATIONS: 'grpo.num_generations',
  MAX_NEW_TOKENS: 'sampling.max_completion_length',
  BATCH_SIZE: '*.batch_size',
  GRAD_ACCUM: '*.gradient_accumulation_steps',
  LR: '*.learning_rate',
  N_TRAIN: 'task.train_problems',
  N_EVAL: 'evaluation.problems',
  RLSF_BACKEND: 'run.backend',
  RLSF_THREADS: 'run.threads',
  RLSF_MATMUL_PRECISION: 'run.matmul_precision',
};

/** The file and everything it extends, the farthest ancestor first. */
export async function fileLayers(
  file: string,
  options: LayerOptions,
  above: readonly string[] = [],
): Promise<Layer[]> {
  const resolved = path.resolve(file);
  const shown = path.relative(process.cwd(), resolved).startsWith('..')
    ? resolved
    : path.relative(process.cwd(), resolved);
  if (above.includes(resolved)) {
    throw inputError(
      `${shown}: extends itself (${[...above, resolved].map((p) => path.basename(p)).join(' → ')}). Remove one \`extends\`.`,
    );
  }
  const values = parseFile(await readConfigFile(resolved, shown), shown);
  const { extends: base, ...given } = values;
  const { values: own, notes } = translateAliases(given, shown, options.method);
  notes.forEach(options.onNote);
  const layer = { source: shown, values: own, folder: path.dirname(resolved) };
  if (base === undefined) return [layer];
  if (typeof base !== 'string') {
    throw inputError(
      `${shown}: extends: expected the path of another config, got ${JSON.stringify(base)}. Write one path, relative to this file.`,
    );
  }
  const ancestors = await fileLayers(path.resolve(path.dirname(resolved), base), options, [
    ...above,
    resolved,
  ]);
  return [...ancestors, layer];
}

/** One layer per variable that names an option. */
export function environmentLayers(
  env: Readonly<Record<string, string | undefined>>,
  method: Method,
): Layer[] {
  const root = treeSchema();
  return Object.entries(env).flatMap(([name, text]) => {
    if (text === undefined || text === '') return [];
    const keys = ownOption(environmentNames[name], method)?.split('.') ?? sectionVariable(name);
    if (!keys) return [];
    return [
      {
        source: `environment variable ${name}`,
        values: nest(keys, leafValue(text, schemaAt(keys, root))),
      },
    ];
  });
}

function ownOption(option: string | undefined, method: Method): string | undefined {
  const batch = isOnline(method) ? 'prompts_per_step' : 'per_device_train_batch_size';
  return option?.replace('batch_size', batch).replace('*', method);
}

/** `--set section.key=value`; the value is YAML. */
export function setLayers(settings: readonly string[]): Layer[] {
  const root = treeSchema();
  return settings.map((setting) => {
    const at = setting.indexOf('=');
    if (at < 1) {
      throw usageError(
        `${hidePasswords(`--set ${setting}`)}: expected section.key=value, got no "=". Write e.g. --set grpo.max_steps=10.`,
      );
    }
    const keys = setting.slice(0, at).trim().split('.');
    const source = hidePasswords(`--set ${setting}`);
    const text = setting.slice(at + 1);
    try {
      return { source, values: nest(keys, leafValue(text, schemaAt(keys, root))) };
    } catch (error) {
      throw usageError(
        `${source}: the value is not YAML (${firstLine(error)}). Quote it, e.g. --set '${keys.join('.')}="…"'.`,
        { cause: error },
      );
    }
  });
}

/** `.env` of the working directory beneath the process's own environment. */
export async function processEnvironment(
  folder = process.cwd(),
): Promise<Record<string, string | undefined>> {
  let file: Record<string, string> = {};
  try {
    file = parseDotenv(await readFile(path.join(folder, '.env'), 'utf8'));
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
  return { ...file, ...process.env };
}

async function readConfigFile(resolved: string, shown: string): Promise<string> {
  try {
    return await readFile(resolved, 'utf8');
  } catch (error) {
    const why = hasCode(error, 'ENOENT')
      ? 'there is no such file'
      : hasCode(error, 'EISDIR')
        ? 'it is a folder'
        : firstLine(error);
    throw inputError(
      `${shown}: expected a config file (YAML or JSON), but ${why}. Give the path of a file, e.g. configs/tour.yaml.`,
      { cause: error },
    );
  }
}

function parseFile(text: string, shown: string): Record<string, unknown> {
  let values: unknown;
  try {
    // JSON is YAML, so one parser reads both.
    values = parseYaml(text);
  } catch (error) {
    const place =
      error instanceof YAMLParseError && error.linePos
        ? `:${error.linePos[0].line}:${error.linePos[0].col}`
        : '';
    throw inputError(
      `${shown}${place}: expected YAML or JSON, got ${firstLine(error).replace(/ at line \d+, column \d+:?$/, '')}. Correct that line.`,
      { cause: error },
    );
  }
  if (values === null) return {};
  if (!isSection(values)) {
    throw inputError(
      `${shown}: expected sections (${expectedValue(treeSchema()).replace('section with ', '')}), got ${JSON.stringify(values)?.slice(0, 60)}. See docs/config.md.`,
    );
  }
  // A section whose options are all commented out reads as null.
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

/** `RLSF_GRPO__MAX_STEPS` → `grpo`, `max_steps`; anything without `__` is not an option. */
function sectionVariable(name: string): string[] | null {
  if (!name.startsWith('RLSF_') || !name.includes('__')) return null;
  return name.slice('RLSF_'.length).toLowerCase().split('__');
}

/** YAML, except that an option that takes text gets the text as written (`007` stays `007`). */
function leafValue(text: string, schema: JsonSchema | null): unknown {
  const value: unknown = parseYaml(text);
  const kinds = schema?.anyOf?.map((kind) => kind.type) ?? [schema?.type];
  const takesText = kinds.includes('string') && !schema?.enum;
  const isMeant =
    (value === null && kinds.includes('null')) || (Array.isArray(value) && kinds.includes('array'));
  return takesText && typeof value !== 'string' && !isMeant ? text : value;
}

/** `a.b` with a value → `{ a: { b: value } }`. */
export function nest(keys: readonly string[], value: unknown): Record<string, unknown> {
  return keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Record<
    string,
    unknown
  >;
}

function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0];
}
