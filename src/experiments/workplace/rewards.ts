/** From the names and files that a config or a command line gives to the functions that score. */
import { parse, YAMLParseError } from 'yaml';
import { inputError, usageError } from '../../errors.js';
import type { RewardFunction } from '../../rewards/index.js';
import { createReward } from '../../rewards/index.js';
import type { Config } from '../config/index.js';
import { rewardEntry, type RewardEntry } from '../config/sections/reward.js';
import { discriminatorFileOf, openDiscriminator } from './discriminator-entry.js';
import { loadRewardFile } from './reward-file.js';

type Given = Exclude<RewardEntry, string>;

/** The reward of a config: its functions, with the curriculum's scores put in. */
export async function configRewards({ reward }: Pick<Config, 'reward'>): Promise<RewardFunction[]> {
  const withScores = reward.functions
    .map(entryOf)
    .map((entry) =>
      entry.name === 'sanitizer_curriculum'
        ? { ...entry, options: { scores: reward.scores, ...entry.options } }
        : entry,
    );
  return openRewards(withScores);
}

/**
 * The functions of these entries, in order. A file may hold several; a weight or a name that is given
 * replaces its own. Two of one name are an error that says how to tell them apart.
 */
export async function openRewards(entries: readonly RewardEntry[]): Promise<RewardFunction[]> {
  const opened: RewardFunction[] = [];
  for (const entry of entries.map(entryOf)) opened.push(...(await openEntry(entry)));
  const names = opened.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) {
    throw inputError(
      `reward.functions: expected names that differ, got ${twice} twice. Give one another name: { name: ${twice}, as: ${twice}_2 }.`,
    );
  }
  return opened;
}

/**
 * An entry as it is typed: `tests_passed`, `tests_passed:0.5` (a weight), `mine.ts`, or the object form
 * as YAML, `{ name: repetition, weight: 0.2, options: { ngram_size: 3 } }`.
 */
export function parseRewardEntry(text: string): RewardEntry {
  if (!text.trim().startsWith('{')) {
    const [, name, weight] = /^(.+?)(?::(-?[\d.]+(?:e-?\d+)?))?$/.exec(text.trim()) ?? [];
    if (name === undefined) throw wrongEntry(text);
    return weight === undefined ? name : { ...entryOf(name), weight: Number(weight) };
  }
  const value = parsed(text);
  const checked = rewardEntry.safeParse(value);
  if (!checked.success) throw wrongEntry(text);
  return checked.data;
}

/** The files that these entries read: the users' own rewards, a discriminator's weights. */
export function rewardFiles(entries: readonly RewardEntry[]): string[] {
  return entries
    .map(entryOf)
    .flatMap((entry) =>
      entry.name === 'discriminator' ? discriminatorFileOf(entry) : (entry.path ?? []),
    );
}

async function openEntry(entry: Given): Promise<RewardFunction[]> {
  const { name, path, as, weight, options } = entry;
  if ((name === undefined) === (path === undefined)) {
    throw inputError(
      `reward.functions: expected the name of a built-in reward or the path of a file, got ${JSON.stringify(entry)}. Write { name: tests_passed } or { path: rewards/mine.ts }.`,
    );
  }
  if (name === 'discriminator') return [await openDiscriminator(entry)];
  if (name !== undefined) return [createReward({ name, as, weight, options })];
  const loaded = await loadRewardFile(path!, options);
  if (as !== undefined && loaded.length > 1) {
    throw inputError(
      `reward.functions: ${path} holds ${loaded.length} rewards (${loaded.map((one) => one.name).join(', ')}), so \`as\` cannot name them all. Leave it out, or split the file.`,
    );
  }
  return loaded.map((reward) => ({
    ...reward,
    name: as ?? reward.name,
    weight: weight ?? reward.weight ?? 1,
    score: (rollouts, context) => reward.score(rollouts, context),
  }));
}

function entryOf(entry: RewardEntry): Given {
  if (typeof entry !== 'string') return entry;
  return isFile(entry) ? { path: entry } : { name: entry };
}

function isFile(text: string): boolean {
  return /\.[cm]?[jt]s$/.test(text);
}

function parsed(text: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    if (cause instanceof YAMLParseError) throw wrongEntry(text);
    throw cause;
  }
}

function wrongEntry(text: string): Error {
  return usageError(
    `--reward: expected a name, a .ts or .js file, or '{ name or path, weight, as, options }', got '${text}'.`,
  );
}
