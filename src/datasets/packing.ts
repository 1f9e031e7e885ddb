import { inputError } from '../errors.js';
import type { TokenSequence } from '../policy/index.js';

/**
 * Batches of at most `maxTokens` tokens, as full as they go, by best fit decreasing (TRL's `bfd`): the
 * longest sequence first, each into the fullest batch that still has room. The sequences of a batch do
 * not attend to one another: the engine packs tokens without padding, so packing only fills batches.
 * Longest batches come first; shuffle them before training.
 */
export function packBestFit<S extends TokenSequence>(
  sequences: readonly S[],
  options: { readonly maxTokens: number },
): S[][] {
  const { maxTokens } = options;
  checkMaxTokens(maxTokens, 'packBestFit');
  const order = sequences
    .map((sequence, index) => ({ sequence, index, length: tokensOf(sequence) }))
    .sort((a, b) => b.length - a.length || a.index - b.index);
  if (order.length > 0 && order[0].length > maxTokens)
    throw inputError(
      `packBestFit: expected sequences of at most maxTokens = ${maxTokens} tokens, got one of ${order[0].length}. Raise maxTokens, or cut long ones off (sftSequences' maxLength).`,
    );
  const batches: S[][] = [];
  // Batches by the room they have left, the oldest first; only rooms that occur are looked through.
  const byRoom = new Map<number, S[][]>();
  const rooms = createRooms(maxTokens);
  for (const { sequence, length } of order) {
    if (length === 0) continue;
    const found = rooms.smallestFrom(length);
    const room = found ?? maxTokens;
    const batch = found === null ? [] : byRoom.get(found)!.shift()!;
    if (found === null) batches.push(batch);
    else if (byRoom.get(found)!.length === 0) rooms.remove(found);
    batch.push(sequence);
    const left = room - length;
    if (left === 0) continue;
    const alike = byRoom.get(left);
    if (alike) alike.push(batch);
    else byRoom.set(left, [batch]);
    rooms.add(left);
  }
  return batches;
}

/**
 * All tokens in one row of text, cut every `maxTokens` (TRL's `wrapped`): no room is lost, texts are cut
 * anywhere, and a token sees the end of the text before its own. For sequences that are learned as a
 * whole: nothing tells a prompt apart in the middle.
 */
export function packWrapped(
  sequences: readonly TokenSequence[],
  options: { readonly maxTokens: number },
): TokenSequence[] {
  const { maxTokens } = options;
  checkMaxTokens(maxTokens, 'packWrapped');
  const masked = sequences.find(({ promptIds }) => promptIds.length !== 1);
  if (masked !== undefined)
    throw inputError(
      `packWrapped: expected sequences that are learned as a whole (one token as prompt), got one with a prompt of ${masked.promptIds.length} tokens. Set completionOnlyLoss to false, or pack by best fit.`,
    );
  const ids = sequences.flatMap(({ promptIds, completionIds }) => [...promptIds, ...completionIds]);
  const pieces: TokenSequence[] = [];
  for (let start = 0; start + 1 < ids.length; start += maxTokens)
    pieces.push({
      promptIds: ids.slice(start, start + 1),
      completionIds: ids.slice(start + 1, start + maxTokens),
    });
  return pieces;
}

/** A set of whole numbers up to `most`, in words of 32. */
function createRooms(most: number): {
  add(room: number): void;
  remove(room: number): void;
  smallestFrom(room: number): number | null;
} {
  const words = new Int32Array((most >> 5) + 1);
  return {
    add: (room) => void (words[room >> 5] |= 1 << (room & 31)),
    remove: (room) => void (words[room >> 5] &= ~(1 << (room & 31))),
    smallestFrom(room) {
      let word = room >> 5;
      let bits = words[word] & (-1 << (room & 31));
      while (bits === 0 && ++word < words.length) bits = words[word];
      return bits === 0 ? null : (word << 5) + 31 - Math.clz32(bits & -bits);
    },
  };
}

function tokensOf({ promptIds, completionIds }: TokenSequence): number {
  return promptIds.length + completionIds.length;
}

function checkMaxTokens(maxTokens: number, where: string): void {
  if (!Number.isInteger(maxTokens) || maxTokens < 2)
    throw inputError(
      `${where}: expected maxTokens to be a whole number of at least 2, got ${maxTokens}.`,
    );
}
