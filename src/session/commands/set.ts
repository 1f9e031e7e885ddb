import { z } from 'zod';
import { usageError } from '../../errors.js';
import type { Session } from '../session.js';
import { callCode } from './code.js';
import { defineCommand } from './command.js';
import { differences, valueAt } from './config-values.js';

/** A setting with what it is, and what it would be where nothing is set. */
export interface ShownSetting {
  key: string;
  value: unknown;
  default: unknown;
}

export const setCommand = defineCommand({
  name: 'set',
  summary:
    'change settings, in the words of a run’s config; alone it shows what differs from defaults',
  group: 'set up',
  input: {
    settings: z
      .array(z.string())
      .optional()
      .describe('a key and its value, several times; a key alone shows it'),
  },
  positional: ['settings'],
  examples: ['set', 'set grpo.beta 0.04', 'set sampling.temperature=0.8 grpo.num_generations=4'],
  changes: true,
  async complete(session) {
    const { listOptions } = await import('../../experiments/config/tree.js');
    return listOptions().map(({ path, schema }) => ({
      text: path,
      summary: `${JSON.stringify(valueAt(session.config, path))}; ${schema.description ?? ''}`,
    }));
  },
  async run(session, { settings = [] }): Promise<ShownSetting[]> {
    if (settings.length === 1 && !settings[0].includes('='))
      return [await shownSetting(session, settings[0])];
    const pairs = pairsOf(settings);
    if (pairs.length === 0) return changedSettings(session);
    const { configure } = await import('../index.js');
    await configure(session, await valuesOf(pairs));
    return Promise.all(pairs.map(([key]) => shownSetting(session, key)));
  },
  code({ settings = [] }) {
    if (settings.length === 0 || (settings.length === 1 && !settings[0].includes('='))) return '';
    return callCode('configure', Object.fromEntries(pairsOf(settings).map(plainPair)));
  },
});

/** `key value key=value …` as pairs. */
function pairsOf(words: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at < words.length; at++) {
    const [, key, value] = /^([\w.]+)=(.*)$/s.exec(words[at]) ?? [];
    if (key !== undefined) pairs.push([key, value]);
    else if (at + 1 < words.length) pairs.push([words[at], words[++at]]);
    else throw usageError(`set: expected a value behind '${words[at]}', got nothing.`);
  }
  return pairs;
}

/** Values as `--set` reads them: YAML, with the schema where a text looks like a number. */
async function valuesOf(pairs: readonly [string, string][]): Promise<Record<string, unknown>> {
  const { setLayers } = await import('../../experiments/config/layers.js');
  return Object.fromEntries(
    pairs.map(([key, text]) => [key, valueAt(setLayers([`${key}=${text}`])[0].values, key)]),
  );
}

/** For a notebook: numbers, true, false, null and plain lists as themselves, else the text. */
function plainPair([key, text]: [string, string]): [string, unknown] {
  const list = /^\[(.*)\]$/s.exec(text.trim());
  return [
    key,
    list && !/["'[{]/.test(list[1]) ? list[1].split(',').map(plainValue) : plainValue(text),
  ];
}

function plainValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text.trim();
  }
}

async function changedSettings(session: Session): Promise<ShownSetting[]> {
  const defaults = await defaultConfig();
  return Object.entries(differences(session.config, defaults)).map(([key, value]) => ({
    key,
    value,
    default: valueAt(defaults, key),
  }));
}

async function shownSetting(session: Session, key: string): Promise<ShownSetting> {
  const { listOptions } = await import('../../experiments/config/tree.js');
  const { didYouMean } = await import('../../tasks/closest.js');
  const known = listOptions().map(({ path }) => path);
  if (valueAt(session.config, key) === undefined)
    throw usageError(`set: there is no setting '${key}'.${didYouMean(key, known)}`);
  return { key, value: valueAt(session.config, key), default: valueAt(await defaultConfig(), key) };
}

async function defaultConfig(): Promise<unknown> {
  const { configTree } = await import('../../experiments/config/schema.js');
  return configTree.parse({});
}
