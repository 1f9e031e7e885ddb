/**
 * Seeded randomness for everything in the library: xoshiro128** (Blackman and Vigna, 2018) seeded
 * through a string hash, so that the same seed gives the same numbers on every machine.
 */
export interface Random {
  /** Uniform in [0, 1), 32 bits of randomness. */
  next(): number;
  /** Uniform integer in [0, n). */
  int(n: number): number;
  pick<T>(items: readonly T[]): T;
  /** A shuffled copy (Fisher and Yates). */
  shuffle<T>(items: readonly T[]): T[];
  /** Standard normal (Box and Muller, no state kept between calls). */
  normal(): number;
  /** An independent generator; the same label gives the same one, and this one does not advance. */
  fork(label: string | number): Random;
  /** The whole state as text, for checkpoints. */
  state(): string;
}

export function createRandom(seed: number | string): Random {
  return fromState(hashToState(String(seed)));
}

/** The generator whose `state()` gave this text. */
export function restoreRandom(state: string): Random {
  const words = state.split(',').map(Number);
  if (words.length !== 4 || words.some((word) => !Number.isInteger(word))) {
    throw new TypeError(
      `restoreRandom: expected four comma-separated integers, got ${JSON.stringify(state)}.`,
    );
  }
  return fromState(words as State);
}

type State = [number, number, number, number];

function fromState(initial: State): Random {
  let [a, b, c, d] = initial;
  function next32(): number {
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result >>> 0;
  }
  const random: Random = {
    next: () => next32() / 4294967296,
    int: (n) => Math.floor(random.next() * n),
    pick: (items) => items[random.int(items.length)],
    shuffle(items) {
      const copy = [...items];
      for (let i = copy.length - 1; i > 0; i--) {
        const j = random.int(i + 1);
        [copy[i], copy[j]] = [copy[j], copy[i]];
      }
      return copy;
    },
    normal() {
      const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
      return radius * Math.cos(2 * Math.PI * random.next());
    },
    fork: (label) => fromState(hashToState(`${random.state()}/${label}`)),
    state: () => [a, b, c, d].map((word) => word >>> 0).join(','),
  };
  return random;
}

/** Four words from a text: FNV-1a with four offsets, each finished by murmur3's mixer. */
function hashToState(text: string): State {
  const state = [0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35].map((offset) => {
    let hash = offset | 0;
    for (let i = 0; i < text.length; i++) {
      hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    }
    hash ^= hash >>> 16;
    hash = Math.imul(hash, 0x85ebca6b);
    hash ^= hash >>> 13;
    hash = Math.imul(hash, 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) >>> 0;
  }) as State;
  // The all-zero state is the one fixed point of the generator.
  return state.some((word) => word !== 0) ? state : [1, 2, 3, 4];
}
