import { createRandom } from '../../src/algorithms/index.js';
import type { PreferencePair, UnpairedExample } from '../../src/datasets/index.js';
import { trainableVariables, type Policy } from '../../src/policy/index.js';
import { tf } from '../../src/tensor/index.js';
import { createOptimizer, type Optimizer, type StepMetrics } from '../../src/training/index.js';
import { tinyPolicy, weightsOf } from './tiny-policy.js';

const prompts = ['c:', 'd:', 'a:', 'b:'];

/** Pairs of letters after the prompts of `letterPolicy`: more a's are better, in words of 3 to 5. */
export function letterPairs(
  policy: Policy,
  options: { readonly seed: number; readonly count: number; readonly shuffled?: boolean },
): PreferencePair[] {
  const random = createRandom(`pairs/${options.seed}`);
  const word = (shareOfA: number): string =>
    Array.from({ length: 3 + random.int(3) }, () => (random.next() < shareOfA ? 'a' : 'b')).join(
      '',
    );
  const idsOf = (text: string): number[] => [
    ...policy.tokenizer.encode(text, { addSpecialTokens: false }),
    policy.tokenizer.eosTokenId,
  ];
  return Array.from({ length: options.count }, (_, i) => {
    const sides = [idsOf(word(0.8)), idsOf(word(0.2))];
    // Shuffled labels: which side is called chosen says nothing, after no prompt.
    const turned = options.shuffled && Math.floor(i / prompts.length) % 2 === 1;
    const [chosenIds, rejectedIds] = turned ? sides.reverse() : sides;
    const promptIds = policy.tokenizer.encode(prompts[i % prompts.length], {
      addSpecialTokens: false,
    });
    return { id: `pair-${i}`, promptIds, chosenIds, rejectedIds };
  });
}

/** Both sides of every pair, one after the other. */
export function unpaired(pairs: readonly PreferencePair[]): UnpairedExample[] {
  return pairs.flatMap(({ id, promptIds, chosenIds, rejectedIds }) => [
    { id: `${id}/chosen`, promptIds, completionIds: chosenIds, label: true },
    { id: `${id}/rejected`, promptIds, completionIds: rejectedIds, label: false },
  ]);
}

/** One step from the same policy: what it reported and where the weights went. */
export async function stepOnce(
  step: (policy: Policy, optimizer: Optimizer) => Promise<StepMetrics>,
  options: { readonly adapter?: boolean; readonly prepare?: (policy: Policy) => void } = {},
): Promise<{ metrics: StepMetrics; before: number[]; after: number[] }> {
  const policy = await tinyPolicy(1, { adapter: options.adapter ?? true });
  options.prepare?.(policy);
  // An epsilon far above the gradients makes AdamW's first update proportional to them.
  const optimizer = createOptimizer(policy, { learningRate: 10, adamEpsilon: 10, maxGradNorm: 0 });
  const before = weightsOf(policy);
  try {
    const metrics = await step(policy, optimizer);
    return { metrics, before, after: weightsOf(policy) };
  } finally {
    optimizer.dispose();
    policy.dispose();
  }
}

/** The largest distance between two lists of weights. */
export function distance(one: readonly number[], other: readonly number[]): number {
  return one.reduce((most, value, i) => Math.max(most, Math.abs(value - other[i])), 0);
}

/** Puts the policy away from its own reference: for `stepOnce`. */
export function movedAway(policy: Policy): void {
  for (const { variable } of trainableVariables(policy)) {
    const change = (): tf.Tensor => tf.mul(tf.cos(tf.mul(variable, 1000)), 0.05);
    tf.tidy(() => variable.assign(tf.add(variable, change())));
  }
}
