import { completionLogprobs, type Policy } from '../policy/index.js';
import type { Rollout } from '../records.js';
import { tf } from '../tensor/index.js';

/** Completions that go through the model at once. */
const batchSize = 8;

/**
 * The log-probability of every completion token under the policy as it is now, one list for each rollout,
 * at the temperature that it was sampled with (1 where that was greedy). After an update, beside the
 * recorded `logprobs`, it tells what the update did to each token; where top-k, top-p, min-p or a
 * repetition penalty took part in sampling, the recorded ones are of another distribution than these.
 */
export function presentLogprobs(
  policy: Policy,
  rollouts: readonly Pick<Rollout, 'promptIds' | 'completionIds' | 'sampling'>[],
): number[][] {
  const found: number[][] = [];
  for (let from = 0; from < rollouts.length;) {
    const { temperature } = rollouts[from].sampling;
    let to = from + 1;
    while (
      to < rollouts.length &&
      to - from < batchSize &&
      rollouts[to].sampling.temperature === temperature
    )
      to++;
    const part = rollouts.slice(from, to);
    const rows = tf.tidy(() =>
      completionLogprobs(policy, part, { temperature: temperature || 1 }).logprobs.arraySync(),
    );
    found.push(...rows.map((row, at) => row.slice(0, part[at].completionIds.length)));
    from = to;
  }
  return found;
}
