import * as tf from '@tensorflow/tfjs';

/**
 * The entropy from which a token belongs to the share of highest entropy, as TRL's
 * `top_entropy_quantile` (Wang et al., arXiv 2506.01939): the (1 - share) quantile, linear between
 * neighbours in float32 as torch's. Infinite when there are no tokens.
 * @param entropies of the counted tokens, in any order
 */
export function topEntropyThreshold(entropies: readonly number[], share: number): number {
  if (entropies.length === 0) return Infinity;
  const sorted = [...entropies].sort((a, b) => a - b);
  const rank = Math.fround(Math.fround(1 - share) * (sorted.length - 1));
  const [below, above] = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]];
  return Math.fround(below + (rank - Math.floor(rank)) * (above - below));
}

/**
 * [B, T] 1 on the tokens whose policy term trains: all counted ones, or those of highest entropy.
 * @param entropies [B, T]; without, every counted token
 * @param mask      [B, T] 1 where the token counts
 */
export function trainedTokens(
  entropies: tf.Tensor2D | null,
  mask: tf.Tensor2D,
  options: { readonly topEntropyQuantile?: number; readonly entropyThreshold?: number },
): tf.Tensor2D {
  const { topEntropyQuantile = 1 } = options;
  if (!entropies || topEntropyQuantile >= 1) return mask;
  const counts = mask.dataSync();
  const values = entropies.dataSync();
  const threshold =
    options.entropyThreshold ??
    topEntropyThreshold(
      Array.from(values).filter((_, i) => counts[i] !== 0),
      topEntropyQuantile,
    );
  // Made of numbers, so that no comparison stands between the loss and the policy.
  return tf.tensor2d(
    Float32Array.from(values, (entropy, i) => (counts[i] !== 0 && entropy >= threshold ? 1 : 0)),
    mask.shape,
  );
}
