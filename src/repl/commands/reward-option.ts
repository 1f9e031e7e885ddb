import type { RewardFunction } from '../../rewards/index.js';
import type { CommandOption } from './command.js';

/** How every command that scores lets its rewards be named. */
export const rewardOption: CommandOption = {
  flags: '--reward <what...>',
  summary: 'a built-in, a .ts or .js file, or { name, weight, options }; several are added up',
  many: true,
};

/** The functions that `--reward` names; nothing where it is not given. */
export async function rewardsOf(texts: readonly string[]): Promise<RewardFunction[] | undefined> {
  return texts.length === 0 ? undefined : openedRewards(texts);
}

export async function openedRewards(texts: readonly string[]): Promise<RewardFunction[]> {
  const { openRewards, parseRewardEntry } = await import('../../experiments/index.js');
  return openRewards(texts.map(parseRewardEntry));
}
