import { existsSync } from 'node:fs';
import path from 'node:path';
import { inputError, isRlsfError } from '../../errors.js';
import type { RewardFunction } from '../../rewards/index.js';
import { importUserModule } from './user-module.js';

/**
 * The rewards of a user's own file (JavaScript or TypeScript). Its default export is a reward function,
 * a list of them, or a plain `(rollouts, context) => scores`, which takes the file's name. Where it
 * exports `createReward`, that is called with the options and gives the same.
 */
export async function loadRewardFile(
  file: string,
  options?: Record<string, unknown>,
): Promise<RewardFunction[]> {
  const resolved = path.resolve(file);
  if (!existsSync(resolved)) {
    throw inputError(
      `reward.functions: expected a file with a reward, but there is no ${resolved}. Paths are relative to the working directory.`,
    );
  }
  const exported = await importFile(resolved);
  if (typeof exported.createReward === 'function') {
    const made: unknown = await (exported.createReward as (given: unknown) => unknown)(
      options ?? {},
    );
    return rewardsIn(made, file);
  }
  if (options !== undefined) {
    throw inputError(
      `${file}: expected an export \`createReward(options)\`, because options are given, got none. Export it, or leave the options out.`,
    );
  }
  return rewardsIn(exported.default, file);
}

async function importFile(file: string): Promise<Record<string, unknown>> {
  try {
    return await importUserModule(file);
  } catch (cause) {
    if (isRlsfError(cause)) throw cause;
    const { message } = cause as Error;
    throw inputError(`${file}: cannot be loaded: ${message}`, { cause });
  }
}

function rewardsIn(exported: unknown, file: string): RewardFunction[] {
  const list = Array.isArray(exported) ? (exported as unknown[]) : [exported];
  const rewards = list.map((one): RewardFunction | null => {
    if (typeof one === 'function') {
      const name = path.basename(file).replace(/\.[^.]+$/, '');
      return { name, score: one as RewardFunction['score'] };
    }
    return isReward(one) ? one : null;
  });
  const good = rewards.filter((one) => one !== null);
  if (good.length === 0 || good.length < rewards.length) {
    throw inputError(
      `${file}: expected \`export default\` of a reward ({ name, score(rollouts, context) }), a list of them, or a function (rollouts, context) => scores, got ${describe(exported)}.`,
    );
  }
  return good;
}

function isReward(value: unknown): value is RewardFunction {
  if (typeof value !== 'object' || value === null) return false;
  const { name, score } = value as Partial<RewardFunction>;
  return typeof name === 'string' && name !== '' && typeof score === 'function';
}

function describe(value: unknown): string {
  if (value === undefined) return 'no default export';
  if (Array.isArray(value)) return `a list of ${value.length} with something else in it`;
  return value === null ? 'null' : `${typeof value}`;
}
