/** Which n-grams a discriminator goes by. */
import { textNGrams } from '../../rewards/discriminator/features.js';
import type { Discriminator, LabelledText } from '../../rewards/index.js';

/** An n-gram with its weight and the share of each class's training texts that have it. */
export interface WeightyNGram {
  text: string;
  weight: number;
  references: number;
  completions: number;
}

/**
 * The n-grams that weigh most on either side. Of those that share a bucket the most frequent one stands
 * for it.
 * @param most how many of each side @default 15
 */
export function weightyNGrams(
  model: Discriminator,
  texts: readonly LabelledText[],
  most = 15,
): { reference: WeightyNGram[]; policy: WeightyNGram[] } {
  const counts = new Map<string, { bucket: number; references: number; completions: number }>();
  const totals = { references: 0, completions: 0 };
  for (const { text, isReference } of texts) {
    const side = isReference ? 'references' : 'completions';
    totals[side]++;
    const seen = new Map(
      textNGrams(text, model.features).nGrams.map((nGram) => [nGram.text, nGram.bucket]),
    );
    for (const [nGram, bucket] of seen) {
      const count = counts.get(nGram) ?? { bucket, references: 0, completions: 0 };
      count[side]++;
      counts.set(nGram, count);
    }
  }
  const byBucket = new Map<number, WeightyNGram>();
  for (const [text, { bucket, references, completions }] of counts) {
    const one = {
      text,
      weight: model.weights[bucket],
      references: references / totals.references,
      completions: completions / totals.completions,
    };
    const there = byBucket.get(bucket);
    if (!there || often(one) > often(there)) byBucket.set(bucket, one);
  }
  const sorted = [...byBucket.values()].sort(
    (a, b) => b.weight - a.weight || (a.text < b.text ? -1 : 1),
  );
  return {
    reference: sorted.filter(({ weight }) => weight > 0).slice(0, most),
    policy: sorted
      .filter(({ weight }) => weight < 0)
      .reverse()
      .slice(0, most),
  };
}

function often({ references, completions }: WeightyNGram): number {
  return references + completions;
}
