/**
 * Positions 0 … count − 1 in ascending or descending order of a key each; equal keys stay in order,
 * NaN comes last either way. A radix sort by 16 bits: the same few milliseconds for 100,000 keys
 * whatever they are.
 */
export function sortedPositions(
  keys: Float64Array,
  count: number,
  descending: boolean,
): Uint32Array {
  const { high, low } = sortableBits(keys, count, descending);
  let from = new Uint32Array(count).map((_, at) => at);
  let to = new Uint32Array(count);
  for (const [words, shift] of [
    [low, 0],
    [low, 16],
    [high, 0],
    [high, 16],
  ] as const) {
    if (!pass(words, shift, from, to)) continue;
    [from, to] = [to, from];
  }
  return from;
}

/** The bits of each double, changed so that unsigned order is the order of the numbers. */
function sortableBits(
  keys: Float64Array,
  count: number,
  descending: boolean,
): { high: Uint32Array; low: Uint32Array } {
  const high = new Uint32Array(count);
  const low = new Uint32Array(count);
  const one = new Float64Array(1);
  const [lowWord, highWord] = isLittleEndian ? [0, 1] : [1, 0];
  const words = new Uint32Array(one.buffer);
  for (let at = 0; at < count; at++) {
    const key = keys[at];
    // Adding 0 makes 0 of −0.
    one[0] = (descending ? -key : key) + 0;
    const isNegative = words[highWord] >>> 31 === 1;
    const isNone = Number.isNaN(key);
    high[at] = isNone ? 0xffffffff : isNegative ? ~words[highWord] : words[highWord] | 0x80000000;
    low[at] = isNone ? 0xffffffff : isNegative ? ~words[lowWord] : words[lowWord];
  }
  return { high, low };
}

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** One digit; `false` where it is the same in all keys, so that nothing moves. */
function pass(words: Uint32Array, shift: number, from: Uint32Array, to: Uint32Array): boolean {
  const starts = new Uint32Array(65536);
  for (let at = 0; at < words.length; at++) starts[(words[at] >>> shift) & 0xffff]++;
  if (words.length > 0 && starts[(words[0] >>> shift) & 0xffff] === words.length) return false;
  let sum = 0;
  for (let digit = 0; digit < 65536; digit++) {
    const own = starts[digit];
    starts[digit] = sum;
    sum += own;
  }
  for (const position of from) to[starts[(words[position] >>> shift) & 0xffff]++] = position;
  return true;
}
