import { createDecoder, sampleTokens, type Decoder, type KvCache } from '../tensor/index.js';
import { cachedHiddenStates, decoderWeights, outputWeight } from './decoder.js';
import { rotaryTable } from './rope.js';
import type { Policy } from './types.js';

/**
 * Sampling steps of a policy against a cache: the backend's own kernel for a whole step, else the
 * single operations. The policy must not be updated while this is in use.
 */
export function policyDecoder(policy: Policy, cache: KvCache, maxRows: number): Decoder {
  const table = rotaryTable(policy.config, cache.maxLength);
  return createDecoder(decoderWeights(policy), cache, table, maxRows) ?? composed(policy, cache);
}

/** The same step by single operations: for other backends, and the kernel's oracle. */
export function composed(policy: Policy, cache: KvCache): Decoder {
  return {
    step(ids, slots, positions, uniforms, settings, seen = null) {
      const hidden = cachedHiddenStates(policy, ids, slots, positions, cache);
      try {
        return sampleTokens(hidden, outputWeight(policy), uniforms, settings, seen);
      } finally {
        hidden.dispose();
      }
    },
  };
}
