import type { Rollout } from '../../../records.js';
import { epsilon, grouped, share, type Bench } from '../cases.js';
import { result, type CheckResult } from './result.js';

/** Groups whose rewards differ teach something: on sampled groups where there are some, else on the specimens. */
export function checkVariance(bench: Bench): CheckResult {
  const isSampled = bench.sampled.length > 0;
  const rollouts = isSampled ? bench.sampled : bench.cases.map(({ rollout }) => rollout);
  const groups = [
    ...grouped(rollouts, ({ run, step, group }) => `${run}/${step}/${group}`).values(),
  ];
  const flat = groups.filter(hasNoSpread).length;
  const rewards = rollouts.flatMap(({ reward }) => (typeof reward === 'number' ? [reward] : []));
  const distinct = new Set(rewards.map((reward) => Math.round(reward / epsilon))).size;
  const unscored = rollouts.length - rewards.length;
  const rest = {
    details: [
      ...(bench.sampledError === null
        ? []
        : [`the sampled groups could not be scored: ${bench.sampledError.message}`]),
      `${share(flat, groups.length)} groups without spread, ${distinct} different scores, ${share(unscored, rollouts.length)} without a score`,
    ],
    numbers: {
      groups: groups.length,
      frac_reward_zero_std: groups.length === 0 ? 0 : flat / groups.length,
      distinct,
      unscored: rollouts.length === 0 ? 0 : unscored / rollouts.length,
    },
  };
  const what = isSampled ? 'sampled groups' : 'groups of specimens';
  const told = `${share(groups.length - flat, groups.length)} ${what} have spread, with ${distinct} different scores`;
  if (flat < groups.length) return result('pass', told, rest);
  return isSampled
    ? result('warn', `no sampled group has spread: such a policy learns nothing by it here`, rest)
    : result('fail', `no group of specimens has spread: the reward tells nothing apart`, rest);
}

function hasNoSpread(group: readonly Rollout[]): boolean {
  const scores = group.flatMap(({ reward }) => (typeof reward === 'number' ? [reward] : []));
  return scores.length < 2 || Math.max(...scores) - Math.min(...scores) <= epsilon;
}
