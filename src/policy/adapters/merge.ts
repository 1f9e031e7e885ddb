import { inputError } from '../../errors.js';
import { tf } from '../../tensor/index.js';
import { deleteAdapter } from './adapter.js';
import type { NamedTensor } from '../folder/named-tensor.js';
import { headName } from '../decoder/shapes.js';
import type { Adapter, Policy, PolicyConfig } from '../types.js';
import { valuesOf } from '../decoder/variables.js';

/**
 * The config of base and active adapter together. A tied policy whose output layer or embedding the
 * adapter changes alone has both apart afterwards.
 */
export function mergedConfig(policy: Policy): PolicyConfig {
  const { config } = policy;
  const { pairs, saved } = activeAdapter(policy);
  const unties =
    pairs.has('lm_head') || saved.has('lm_head.weight') || saved.has('model.embed_tokens.weight');
  return config.tieWordEmbeddings && unties ? { ...config, tieWordEmbeddings: false } : config;
}

/**
 * The weight `name` with the active adapter added in: W + scale · B · A, or the adapter's own. One at
 * a time, so that saving never holds a second copy of all weights.
 */
export function mergedWeight(policy: Policy, name: string): NamedTensor {
  const { pairs, saved } = activeAdapter(policy);
  const whole = saved.get(name);
  if (whole !== undefined) return valuesOf(whole);
  const base = policy.weights.get(name) ?? policy.weights.get(headName(policy.config))!;
  const pair = name.endsWith('.weight') ? pairs.get(name.slice(0, -'.weight'.length)) : undefined;
  if (pair === undefined) return valuesOf(base);
  const values = tf.tidy(() => {
    const update = tf.matMul(pair.b as tf.Variable<tf.Rank.R2>, pair.a as tf.Variable<tf.Rank.R2>);
    return tf.add(base, tf.mul(update, pair.scale)).dataSync<'float32'>().slice();
  });
  return { shape: [...base.shape], values };
}

/**
 * Adds the active adapter into the base weights, in place, and deletes it (PEFT's
 * `merge_and_unload`): the policy computes the same without it. Refused where a tied policy would
 * have to be untied: save it with `merge` instead.
 */
export function mergeAdapter(policy: Policy): void {
  const { name, pairs, saved } = activeAdapter(policy);
  if (mergedConfig(policy) !== policy.config)
    throw inputError(
      `mergeAdapter: the adapter changes the output layer or the embedding alone, and the policy has them tied. Save it with savePolicy(policy, folder, { merge: true }), which unties them, and load that folder.`,
    );
  for (const weight of [
    ...[...pairs.keys()].map((module) => `${module}.weight`),
    ...saved.keys(),
  ]) {
    const { shape, values } = mergedWeight(policy, weight);
    tf.tidy(() => policy.weights.get(weight)!.assign(tf.tensor(values, shape, 'float32')));
  }
  deleteAdapter(policy, name);
}

function activeAdapter(policy: Policy): Adapter {
  if (policy.adapter === null)
    throw inputError('Merging: the policy has no active adapter. Attach or load one first.');
  return policy.adapter;
}
