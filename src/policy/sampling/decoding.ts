import { createDecoder, sampleTokens, tf, type Decoder, type KvCache } from '../../tensor/index.js';
import { cachedHiddenStates, decoderWeights } from '../decoder/decoder.js';
import { outputWeight } from '../decoder/output-layer.js';
import { rotaryTable } from '../decoder/rope.js';
import type { Policy } from '../types.js';

/**
 * Sampling steps of a policy against a cache: the backend's own kernel for a whole step, else the
 * single operations. The policy must not be updated while this is in use.
 */
export function policyDecoder(policy: Policy, cache: KvCache, maxRows: number): PolicyDecoder {
  const table = rotaryTable(policy.config, cache.maxLength);
  const head = outputWeight(policy);
  const fused = createDecoder(decoderWeights(policy, head), cache, table, maxRows);
  if (fused !== null) return { step: fused.step, dispose: () => release(head) };
  release(head);
  return composed(policy, cache);
}

/** Dispose of it: it holds a matrix of its own where an adapter changes the output layer. */
export interface PolicyDecoder extends Decoder {
  dispose(): void;
}

/** The same step by single operations: for other backends, and the kernel's oracle. */
export function composed(policy: Policy, cache: KvCache): PolicyDecoder {
  const head = outputWeight(policy);
  return {
    step(ids, slots, positions, uniforms, settings, seen = null) {
      const hidden = cachedHiddenStates(policy, ids, slots, positions, cache);
      try {
        return sampleTokens(hidden, head, uniforms, settings, seen);
      } finally {
        hidden.dispose();
      }
    },
    dispose: () => release(head),
  };
}

/** A variable is the policy's own. */
function release(head: tf.Tensor): void {
  if (!(head instanceof tf.Variable)) head.dispose();
}
