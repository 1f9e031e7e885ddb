import { tf, type KvCache } from '../../../tensor/index.js';
import { setActiveAdapter, type Policy } from '../../../policy/index.js';
import { cachedHiddenStates } from '../../../policy/decoder/decoder.js';
import { policyDecoder, type PolicyDecoder } from '../../../policy/sampling/decoding.js';
import { prefilled } from '../../../policy/sampling/queue.js';
import type { Row } from '../../../policy/sampling/rows.js';
import { createGrowingCache, type CacheLimits } from './cache.js';
import { groupOf, passOf, type Job } from './job.js';

/** A row that has a slot of the cache. */
export interface Seat {
  job: Job;
  row: Row;
  /** Rows of one key have the same prompt under the same adapter. */
  prompt: string;
  group: string;
  /** Prompt tokens whose keys and values are in the slot. */
  filled: number;
}

export interface Seats {
  /** In order of admission. */
  readonly taken: readonly Seat[];
  /** Gives a row a slot; `false` where none is free, or the memory for a row of its length. */
  take(job: Job, row: Row): boolean;
  release(seat: Seat): void;
  /** Reads up to `tokens` tokens of the prompts that are not whole yet. */
  read(tokens: number): void;
  /** The rows that can be drawn, those of one group together. */
  groups(): Seat[][];
  decoder(adapter: string | null): PolicyDecoder;
  /** Frees what is kept for an adapter that no row uses. */
  forget(adapter: string): void;
  readonly cache: KvCache;
  readonly cacheBytes: number;
  /** Frees all seats and the memory. */
  clear(): void;
}

export function createSeats(policy: Policy, limits: CacheLimits): Seats {
  const cache = createGrowingCache(policy.config, limits);
  const decoders = new Map<string | null, PolicyDecoder>();
  let taken: Seat[] = [];
  let free: number[] = [];

  function forgetDecoders(): void {
    for (const decoder of decoders.values()) decoder.dispose();
    decoders.clear();
  }

  /** The decoders know the old cache by its addresses. */
  function moved(): void {
    forgetDecoders();
    taken.forEach((seat, slot) => (seat.row.slot = slot));
    const slots = cache.now!.slots;
    free = Array.from({ length: slots - taken.length }, (_, i) => slots - 1 - i);
  }

  function whole(seat: Seat): boolean {
    return seat.filled === prefilled(seat.row);
  }

  /** The first of those that share a prompt reads it; the others wait for a whole one and copy. */
  function readers(): Seat[] {
    const reading = new Map<string, Seat>();
    const sources = new Map<string, Seat>();
    for (const seat of taken) if (whole(seat)) sources.set(seat.prompt, seat);
    for (const seat of taken) {
      if (whole(seat)) continue;
      const source = sources.get(seat.prompt);
      if (source !== undefined) {
        cache.now!.copySlot(source.row.slot, seat.row.slot, prefilled(seat.row));
        seat.filled = prefilled(seat.row);
      } else if (!reading.has(seat.prompt)) reading.set(seat.prompt, seat);
    }
    return [...reading.values()];
  }

  function readPart(seats: readonly Seat[], tokens: number): void {
    const [{ job: first }] = seats;
    const parts: { seat: Seat; from: number; to: number }[] = [];
    let room = tokens;
    for (const seat of seats.filter(({ job }) => job.adapter === first.adapter)) {
      const to = Math.min(prefilled(seat.row), seat.filled + room);
      room -= to - seat.filled;
      if (to > seat.filled) parts.push({ seat, from: seat.filled, to });
    }
    const each = (of: (seat: Seat, position: number) => number): Int32Array =>
      Int32Array.from(
        parts.flatMap(({ seat, from, to }) =>
          Array.from({ length: to - from }, (_, i) => of(seat, from + i)),
        ),
      );
    tf.dispose(
      cachedHiddenStates(
        policy,
        each(({ row }, position) => row.promptIds[position]),
        each(({ row }) => row.slot),
        each((_, position) => position),
        cache.now!,
        passOf(first.adapter),
      ),
    );
    for (const { seat, to } of parts) seat.filled = to;
  }

  return {
    get taken() {
      return taken;
    },
    take(job, row) {
      const kept = taken.map((seat) => ({
        slot: seat.row.slot,
        filled: seat.filled + seat.row.ids.length,
      }));
      const fits = cache.fit(row.promptIds.length + row.maxTokens, kept);
      if (fits === false) return false;
      if (fits === 'moved') moved();
      row.slot = free.pop()!;
      const prompt = `${job.adapter ?? ''} ${row.promptIds.join(' ')}`;
      taken.push({ job, row, prompt, group: groupOf(job), filled: 0 });
      return true;
    },
    release(seat) {
      taken = taken.filter((each) => each !== seat);
      free.push(seat.row.slot);
    },
    read(tokens) {
      const seats = readers();
      if (seats.length === 0) return;
      readPart(seats, tokens);
      readers(); // those that waited for a prompt that is whole now
    },
    groups() {
      const groups = new Map<string, Seat[]>();
      for (const seat of taken) {
        if (!whole(seat)) continue;
        const group = groups.get(seat.group);
        if (group === undefined) groups.set(seat.group, [seat]);
        else group.push(seat);
      }
      return [...groups.values()];
    },
    decoder(adapter) {
      // Single operations (backends without the fused kernel) read the active adapter at every step.
      if ((policy.adapter?.name ?? null) !== adapter) setActiveAdapter(policy, adapter);
      const known = decoders.get(adapter);
      if (known !== undefined) return known;
      const made = policyDecoder(policy, cache.now!, cache.now!.slots);
      decoders.set(adapter, made);
      return made;
    },
    forget(adapter) {
      decoders.get(adapter)?.dispose();
      decoders.delete(adapter);
    },
    get cache() {
      return cache.now!;
    },
    get cacheBytes() {
      return cache.bytes;
    },
    clear() {
      forgetDecoders();
      cache.dispose();
      taken = [];
      free = [];
    },
  };
}
