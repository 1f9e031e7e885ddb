import { inputError } from '../../errors.js';
import { configFromObject } from '../../experiments/index.js';
import type { Config, MetricsLogRow } from '../../experiments/index.js';
import { knownConfig } from '../../experiments/run/read-run-config.js';
import { configRewards } from '../../experiments/workplace/rewards.js';
import type { Problem } from '../../records.js';
import type { RewardFunction } from '../../rewards/index.js';
import type { SessionParts } from '../session.js';
import type { Entry, EntryRecord, SessionValue, Trained } from '../value.js';
import {
  objectFile,
  readJsonObject,
  readLines,
  readRolloutsObject,
  readTensors,
} from './objects.js';

type Reading = Pick<SessionParts, 'folder' | 'read'>;

/** The value of an entry, from the session's folder. Parts that two values share are one object. */
export async function readValue(parts: Reading, { record }: Entry): Promise<SessionValue> {
  if (record === null) throw new Error('Internal: a value that is neither in memory nor saved.');
  const { config, problems, rollouts, metrics } = record;
  const part = <T>(name: string, read: (folder: string) => Promise<T>): Promise<T> =>
    once(parts, name, read);
  const read = await part(config, (folder) => readConfig(folder, config));
  return {
    config: read,
    method: record.method,
    policySeed: record.policySeed,
    rewards: record.rewards
      ? await once(parts, JSON.stringify(record.rewards), () =>
          Promise.resolve(missing(record.rewards!)),
        )
      : await once(parts, JSON.stringify([read.reward.functions, read.reward.scores]), () =>
          openedRewards(read),
        ),
    rewardsAreGiven: record.rewards !== null,
    problems:
      problems === null ? [] : await part(problems, (at) => readLines<Problem>(at, problems)),
    pinned: record.pinned,
    rollouts:
      rollouts === null ? [] : await part(rollouts, (at) => readRolloutsObject(at, rollouts)),
    trained: await readTrained(parts, record),
    metrics:
      metrics === null ? [] : await part(metrics, (at) => readLines<MetricsLogRow>(at, metrics)),
    taken: record.taken,
    draws: record.draws,
    steps: record.steps,
  };
}

/** Rewards as the config names them; where one cannot be opened any more, scoring with it says why. */
export async function openedRewards(config: Config): Promise<readonly RewardFunction[]> {
  try {
    return await configRewards(config);
  } catch (error) {
    return config.reward.functions.map((entry): RewardFunction => {
      const name = typeof entry === 'string' ? entry : (entry.as ?? entry.name ?? entry.path ?? '');
      return { name, score: () => Promise.reject(error as Error) };
    });
  }
}

/** Functions that were handed in were in the memory of a process that is gone. */
function missing(rewards: readonly { name: string; weight: number }[]): readonly RewardFunction[] {
  return rewards.map(({ name, weight }) => ({
    name,
    weight,
    score() {
      throw inputError(
        `The reward function ${name} was handed in as a function, which a saved session cannot keep. Hand it in again: score(session, [${name}]); or name a file: setReward(session, ['rewards/${name}.ts']).`,
      );
    },
  }));
}

async function readConfig(folder: string, name: string): Promise<Config> {
  const given = (await readJsonObject(folder, name)) as Record<string, unknown>;
  return configFromObject(knownConfig(given).values, objectFile(folder, name));
}

async function readTrained(
  parts: Reading,
  { weights, optimizer }: EntryRecord,
): Promise<Trained | null> {
  if (weights === null || optimizer === null) return null;
  const key = `${weights} ${JSON.stringify(optimizer)}`;
  return once(parts, key, async (folder) => ({
    weights: await readTensors(folder, weights),
    optimizer: { ...optimizer, moments: await readTensors(folder, optimizer.moments) },
  }));
}

async function once<T>(
  { folder, read }: Reading,
  key: string,
  make: (folder: string) => Promise<T>,
): Promise<T> {
  if (folder === null) throw new Error('Internal: a saved value without a folder.');
  if (!read.has(key)) read.set(key, await make(folder));
  return read.get(key) as T;
}
