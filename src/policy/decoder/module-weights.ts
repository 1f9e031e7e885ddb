/** The weights of one module as a pass sees them: those of the base, with an adapter's in or beside them. */
import { internalError } from '../../errors.js';
import type { DecoderProjection, LoraPair, tf } from '../../tensor/index.js';
import { adapterNamed } from '../adapters/adapter.js';
import { loraDropout, type LoraDropout } from '../adapters/dropout.js';
import type { Adapter, Policy } from '../types.js';
import { checkNotDisposed } from './variables.js';

/** What one pass runs with. */
export interface Pass {
  adapter: Adapter | null;
  gradientCheckpointing?: boolean;
  dropout?: LoraDropout;
  /** Cumulative starts of the sequences, where there is dropout. */
  segments?: Int32Array;
}

/** The adapter that a pass runs with: the active one, unless the options say otherwise. */
export function adapterOf(
  policy: Policy,
  { useAdapter = true, adapter }: { useAdapter?: boolean; adapter?: string },
): Adapter | null {
  if (!useAdapter) return null;
  return adapter === undefined ? policy.adapter : adapterNamed(policy, adapter, 'Decoder');
}

/** The input of a pair with its dropout; `x` itself where there is none. */
export function dropped(
  x: tf.Tensor2D,
  path: string,
  { adapter, dropout, segments }: Pass,
): tf.Tensor2D {
  const share = adapter?.loraDropout ?? 0;
  if (share === 0 || dropout === undefined || segments === undefined) return x;
  return loraDropout(x, share, path, segments, dropout);
}

export function projection(
  policy: Policy,
  path: string,
  adapter: Adapter | null,
): DecoderProjection {
  const bias = `${path}.bias`;
  return {
    weight: matrix(policy, `${path}.weight`, adapter),
    bias: policy.weights.has(bias) ? vector(policy, bias, adapter) : null,
    lora: loraOf(adapter, path),
  };
}

export function loraOf(adapter: Adapter | null, path: string): LoraPair | null {
  const pair = adapter?.pairs.get(path);
  if (pair === undefined) return null;
  const { a, b, scale } = pair;
  return { a: a as tf.Variable<tf.Rank.R2>, b: b as tf.Variable<tf.Rank.R2>, scale };
}

export function matrix(policy: Policy, name: string, adapter: Adapter | null): tf.Tensor2D {
  return weight(policy, name, adapter) as tf.Variable<tf.Rank.R2>;
}

export function vector(policy: Policy, name: string, adapter: Adapter | null): tf.Tensor1D {
  return weight(policy, name, adapter) as tf.Variable<tf.Rank.R1>;
}

function weight(policy: Policy, name: string, adapter: Adapter | null): tf.Variable {
  const variable = adapter?.saved.get(name) ?? policy.weights.get(name);
  if (variable === undefined) {
    checkNotDisposed(policy, 'Decoder');
    throw internalError(`the policy has no weight ${name}.`);
  }
  return variable;
}
