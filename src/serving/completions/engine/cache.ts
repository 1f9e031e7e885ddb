import { createKvCache, type KvCache } from '../../../tensor/index.js';
import type { PolicyConfig } from '../../../policy/index.js';

/** A cache that grows with what its rows need, within a bound of memory. */
export interface GrowingCache {
  /** `null` before the first row. */
  readonly now: KvCache | null;
  readonly bytes: number;
  /**
   * Makes room for one more row of `length` tokens beside `slots`, which keep their keys and values: a
   * longer cache takes the place of the one before. `false` where the bound leaves no slot, or none is
   * free; alone, a row always finds room. `slots[i]` is then in slot i of the new cache.
   */
  fit(length: number, slots: readonly KeptSlot[]): 'as it is' | 'moved' | false;
  dispose(): void;
}

export interface KeptSlot {
  slot: number;
  /** Positions that hold something. */
  filled: number;
}

export interface CacheLimits {
  maxRows: number;
  /** Tokens of the longest row that can come. */
  maxLength: number;
  /** Of all keys and values. */
  bytes: number;
}

const least = 256;

/** A length is a power of two, so that a cache is seldom made again. */
export function createGrowingCache(
  config: Pick<PolicyConfig, 'layers' | 'kvHeads' | 'headDim'>,
  { maxRows, maxLength, bytes }: CacheLimits,
): GrowingCache {
  const { layers, kvHeads, headDim } = config;
  const perToken = 2 * 4 * layers * kvHeads * headDim;
  let now: KvCache | null = null;

  const rounded = (length: number): number =>
    Math.min(maxLength, Math.max(least, 2 ** Math.ceil(Math.log2(length))));
  const slotsFor = (length: number): number =>
    Math.max(1, Math.min(maxRows, Math.floor(bytes / (perToken * length))));

  return {
    get now() {
      return now;
    },
    get bytes() {
      return now === null ? 0 : now.slots * now.blocks * 16 * perToken;
    },
    fit(length, kept) {
      // With nothing in it, a cache that long requests left behind gives way to one for many rows.
      const oversized = kept.length === 0 && now !== null && now.maxLength > rounded(length);
      if (now !== null && length <= now.maxLength && !oversized)
        return kept.length < now.slots ? 'as it is' : false;
      const longer = rounded(length);
      const slots = slotsFor(longer);
      if (kept.length >= slots) return false;
      const next = createKvCache({ layers, kvHeads, headDim, slots, maxLength: longer });
      if (now !== null) {
        for (const [slot, seat] of kept.entries())
          copySlot(now, next, seat.slot, slot, seat.filled);
        now.dispose();
      }
      now = next;
      return 'moved';
    },
    dispose() {
      now?.dispose();
      now = null;
    },
  };
}

/** Positions 0 … length − 1 of a slot from one cache to another, whole blocks; see `KvCache` for the layout. */
function copySlot(
  from: KvCache,
  to: KvCache,
  source: number,
  target: number,
  length: number,
): void {
  const { kvHeads, headDim } = from.dims;
  const lanes = 16;
  const count = Math.ceil(length / lanes) * lanes * headDim;
  const copy = (older: Float32Array, newer: Float32Array): void => {
    for (let head = 0; head < kvHeads; head++) {
      const start = (source * kvHeads + head) * from.blocks * lanes * headDim;
      newer.set(
        older.subarray(start, start + count),
        (target * kvHeads + head) * to.blocks * lanes * headDim,
      );
    }
  };
  from.keys.forEach((keys, layer) => copy(keys, to.keys[layer]));
  from.values.forEach((values, layer) => copy(values, to.values[layer]));
}
