import path from 'node:path';
import { inputError } from '../../errors.js';
import { hidePasswords, keepPassword } from '../../sandbox/remote/address.js';
import { explainIssues } from './explain.js';
import { folderOptions, foundFolder } from './found-folders.js';
import type { Layer } from './layers.js';
import { environmentLayers, fileLayers, nest, processEnvironment, setLayers } from './layers.js';
import type { Method } from './methods.js';
import type { Config } from './schema.js';
import { configSchema } from './schema.js';
import { isSection } from './tree.js';

export interface LoadConfigOptions {
  /** `section.key=value`, the last one wins. */
  set?: readonly string[];
  /** @default the process's environment over `.env` of the working directory */
  env?: Readonly<Record<string, string | undefined>>;
  /** What is to run: options that every method has go to its section. @default 'grpo' */
  method?: Method;
  /** Told of every key of another project that was read as one of ours. @default nobody */
  onNote?: (note: string) => void;
}

/**
 * The config as it will run: defaults < file (and what it `extends`) < environment < `set`. A folder of weights
 * is looked for beside the file that names it, in the working folder and in the package.
 * @param file YAML or JSON; `null` for the defaults alone
 */
export async function loadConfig(
  file: string | null,
  options: LoadConfigOptions = {},
): Promise<Config> {
  const { method = 'grpo', onNote = () => undefined } = options;
  const layers = [
    ...(file === null ? [] : [namePrefix(file), ...(await fileLayers(file, { method, onNote }))]),
    ...environmentLayers(options.env ?? (await processEnvironment()), method),
    ...setLayers(options.set ?? []),
  ];
  return resolveLayers(layers, file ?? 'config');
}

/** A config from a plain object: what a notebook cell or a test has in hand. */
export function configFromObject(values: Record<string, unknown>, source = 'config'): Config {
  return resolveLayers([{ source, values }], source);
}

/**
 * A config with some options changed, checked as a whole.
 * @param options by path (`grpo.beta`); a section merges
 * @param source how messages name them
 */
export function configWith(
  config: Config,
  options: Readonly<Record<string, unknown>>,
  source: string,
): Config {
  const layers = Object.entries(options).map(([option, value]): Layer => {
    return { source, values: nest(option.split('.'), value) };
  });
  return resolveLayers([{ source: 'config', values: config }, ...layers], source);
}

/** A config with `section.key=value` settings on it, checked as a whole. */
export function configWithSet(config: Config, set: readonly string[]): Config {
  return resolveLayers([{ source: 'config', values: config }, ...setLayers(set)], 'config');
}

/** Runs of `configs/tour.yaml` are called `tour`, `tour-2`, … unless someone says otherwise. */
function namePrefix(file: string): Layer {
  const prefix = path.basename(file).replace(/\.(ya?ml|json)$/i, '');
  return { source: `name of ${file}`, values: { run: { name_prefix: prefix } } };
}

function resolveLayers(layers: readonly Layer[], fallback: string): Config {
  let merged: Record<string, unknown> = {};
  const sources = new Map<string, string>();
  for (const layer of layers) {
    merged = merge(merged, withFoundFolders(layer));
    noteSources(layer.values, layer.source, sources, []);
  }
  merged = withoutRedisPassword(merged, sources.get('judge.redis') ?? fallback);
  const parsed = configSchema.safeParse(merged);
  if (!parsed.success) {
    const text = explainIssues(parsed.error.issues, merged, sources, fallback);
    throw inputError(hidePasswords(text));
  }
  return parsed.data;
}

/** The password of `judge.redis` stays in memory: what is written of a config does not hold it. */
function withoutRedisPassword(
  values: Record<string, unknown>,
  source: string,
): Record<string, unknown> {
  const { judge } = values;
  if (!isSection(judge) || typeof judge['redis'] !== 'string' || judge['redis'] === '')
    return values;
  const redis = keepPassword(judge['redis'], `${source}: judge.redis`);
  return { ...values, judge: { ...judge, redis } };
}

/** The values of a layer with the folders that it names where they lie. */
function withFoundFolders({ values, folder }: Layer): Record<string, unknown> {
  let found = values;
  for (const option of folderOptions) {
    const [section, key] = option.split('.');
    const options = found[section];
    if (!isSection(options) || typeof options[key] !== 'string') continue;
    found = {
      ...found,
      [section]: { ...options, [key]: foundFolder(options[key], folder ?? null) },
    };
  }
  return found;
}

/** Sections merge key by key; everything else, lists too, is replaced. */
function merge(
  below: Record<string, unknown>,
  above: Record<string, unknown>,
): Record<string, unknown> {
  const result = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const old = result[key];
    result[key] = isSection(old) && isSection(value) ? merge(old, value) : value;
  }
  return result;
}

function noteSources(
  values: Record<string, unknown>,
  source: string,
  sources: Map<string, string>,
  above: readonly string[],
): void {
  for (const [key, value] of Object.entries(values)) {
    const keys = [...above, key];
    sources.set(keys.join('.'), source);
    if (isSection(value)) noteSources(value, source, sources, keys);
  }
}
