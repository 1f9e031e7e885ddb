/** The config.yaml of a run as older releases wrote it, for reading what was recorded. */
import { readFile } from 'node:fs/promises';
import { parse as parseYaml } from 'yaml';
import { inputError } from '../../errors.js';
import type { Config } from '../config/index.js';
import { configFromObject, configSchema, configWithSet } from '../config/index.js';
import { isSection } from '../config/tree.js';

export interface ReadRunConfig {
  config: Config;
  /** One sentence for each option that an older release called otherwise, or that is unknown here. */
  notes: string[];
}

type Values = Record<string, unknown>;

/**
 * The config a run was made with. Options that were renamed since are read under their new names;
 * others that this release does not know, or whose values it does not take, are left out and noted.
 * For looking at a run only: a run is resumed or forked with every option or not at all.
 * @param set `section.key=value`: what is to be otherwise
 */
export async function readRunConfig(
  file: string,
  set: readonly string[] = [],
): Promise<ReadRunConfig> {
  const text = await readFile(file, 'utf8');
  let given: unknown;
  try {
    given = parseYaml(text);
  } catch (cause) {
    throw inputError(
      `${file}: expected the YAML that a run wrote, got ${cause instanceof Error ? cause.message.split('\n')[0] : String(cause)}. Restore the file.`,
      { cause },
    );
  }
  const { values, notes } = knownConfig(isSection(given) ? given : {});
  return { config: configWithSet(configFromObject(values, file), set), notes };
}

/** As much of an older config as this release understands. */
export function knownConfig(given: Values): { values: Values; notes: string[] } {
  const renamed = withNewNames(given);
  const notes = [...renamed.notes];
  let { values } = renamed;
  for (;;) {
    const parsed = configSchema.safeParse(values);
    if (parsed.success) return { values, notes };
    const paths = parsed.error.issues.flatMap((issue): string[][] => {
      const at = issue.path.map(String);
      return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...at, key]) : [at];
    });
    const before = JSON.stringify(values);
    for (const path of paths) {
      const value = valueAt(values, path);
      if (value === undefined) continue;
      values = without(values, path);
      notes.push(
        `${path.join('.')}: ${JSON.stringify(value)} is not an option of this release, and is left out.`,
      );
    }
    // What is wrong without being there (a missing option) stays for the message of the loader.
    if (JSON.stringify(values) === before) return { values, notes };
  }
}

/** Sections that were renamed: before pre-training had its own, `sft` was it. */
function withNewNames(given: Values): { values: Values; notes: string[] } {
  const { sft, ...others } = given;
  const wasPretraining =
    isSection(sft) &&
    ['corpus', 'tokenizer', 'model', 'tokens_per_batch'].some((key) => key in sft);
  if (!wasPretraining) return { values: given, notes: [] };
  const pretrain = isSection(others['pretrain']) ? { ...sft, ...others['pretrain'] } : sft;
  return {
    values: { ...others, pretrain },
    notes: ['sft: the section of pre-training is called pretrain now, and is read as that.'],
  };
}

function valueAt(values: Values, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Values)[key] : undefined,
    values,
  );
}

/** Without one option; of a list the whole list goes. */
function without(values: Values, [key, ...rest]: readonly string[]): Values {
  const { [key]: inner, ...others } = values;
  if (rest.length === 0 || !isSection(inner)) return others;
  return { ...others, [key]: without(inner, rest) };
}
