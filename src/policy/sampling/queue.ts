import { tf, type KvCache } from '../../tensor/index.js';
import { cachedHiddenStates } from '../decoder/decoder.js';
import type { Row } from './rows.js';
import type { Policy } from '../types.js';

/** Hands waiting rows a cache slot that holds their prompt. */
export interface SampleQueue {
  /**
   * Gives up to `free` waiting rows a slot with their prompt in the cache, and returns them. Yields no
   * rows after each pass over a part of the prompts, since many or long prompts take their time.
   */
  admit(free: number): Generator<readonly Row[], Row[], undefined>;
  release(row: Row): void;
}

/**
 * Rows are admitted in order of request. The first of a request is prefilled, the others copy its
 * slot; `maxRows` slots serve running rows, the one after them keeps the prompt of the request that
 * has samples running and waiting.
 */
export function createSampleQueue(
  policy: Policy,
  cache: KvCache,
  rows: Row[],
  maxRows: number,
): SampleQueue {
  const freeSlots = Array.from({ length: maxRows }, (_, slot) => maxRows - 1 - slot);
  const spareSlot = maxRows;
  let spareRequest = -1;
  let next = 0;
  return {
    *admit(free) {
      const admitted = rows.slice(next, next + free);
      next += admitted.length;
      for (const row of admitted) row.slot = freeSlots.pop()!;

      const firstOfRequest = new Map<number, Row>();
      for (const row of admitted) {
        if (row.request !== spareRequest && !firstOfRequest.has(row.request)) {
          firstOfRequest.set(row.request, row);
        }
      }
      yield* prefill(policy, cache, [...firstOfRequest.values()]);
      for (const row of admitted) {
        const source = firstOfRequest.get(row.request)?.slot ?? spareSlot;
        if (source !== row.slot) cache.copySlot(source, row.slot, prefilled(row));
      }
      // Rows come in order of request, so at most the last request has samples left to admit.
      const last = admitted.at(-1);
      if (
        last !== undefined &&
        rows[next]?.request === last.request &&
        spareRequest !== last.request
      ) {
        cache.copySlot(last.slot, spareSlot, prefilled(last));
        spareRequest = last.request;
      }
      return admitted;
    },
    release: (row) => freeSlots.push(row.slot),
  };
}

/** The last prompt token is not prefilled: it is each row's first input, like any token later on. */
export function prefilled(row: Row): number {
  return row.promptIds.length - 1;
}

/** Tokens of one prefill pass, which bounds its memory. */
const prefillTokens = 2048;

function* prefill(
  policy: Policy,
  cache: KvCache,
  rows: readonly Row[],
): Generator<readonly Row[], void, undefined> {
  const total = rows.reduce((sum, row) => sum + prefilled(row), 0);
  const ids = new Int32Array(total);
  const slots = new Int32Array(total);
  const positions = new Int32Array(total);
  let at = 0;
  for (const row of rows) {
    for (let position = 0; position < prefilled(row); position++, at++) {
      ids[at] = row.promptIds[position];
      slots[at] = row.slot;
      positions[at] = position;
    }
  }
  for (let start = 0; start < total; start += prefillTokens) {
    const part = [ids, slots, positions].map((all) => all.subarray(start, start + prefillTokens));
    tf.dispose(cachedHiddenStates(policy, part[0], part[1], part[2], cache));
    yield [];
  }
}
