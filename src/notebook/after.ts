import { inputError } from '../errors.js';
import type { Rollout } from '../records.js';
import { presentLogprobs } from '../rollouts/index.js';
import type { ShowOptions } from './show-options.js';

/**
 * The option `after` of `show` as a list for each of the first rollouts; nothing where it was not given.
 * @param most how many are shown
 */
export function afterOf(
  after: ShowOptions['after'],
  rollouts: readonly Rollout[],
  most = rollouts.length,
): { after?: readonly (readonly number[])[] } {
  if (after === undefined) return {};
  if (isNumbers(after) && rollouts.length === 1) return { after: [after] };
  if (isLists(after) && after.length === rollouts.length) return { after: after.slice(0, most) };
  if (!isNumbers(after) && !isLists(after))
    return { after: presentLogprobs(after, rollouts.slice(0, most)) };
  throw inputError(
    `show: expected after as a policy, or log-probabilities in a list for each of ${rollouts.length} rollouts, got ${after.length} ${isNumbers(after) ? 'numbers' : 'lists'}. Give presentLogprobs(policy, rollouts).`,
  );
}

function isNumbers(after: NonNullable<ShowOptions['after']>): after is readonly number[] {
  return Array.isArray(after) && after.every((each) => typeof each === 'number');
}

function isLists(
  after: NonNullable<ShowOptions['after']>,
): after is readonly (readonly number[])[] {
  return Array.isArray(after) && after.every((each) => Array.isArray(each));
}
