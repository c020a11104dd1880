/** Seeded random numbers. All random numbers in Graft come from generators like these, never from a clock. */

/** The complete state of a generator. */
export type RandomState = readonly [number, number, number, number];

export interface Random {
  /** Returns a uniform number in [0, 1) with 32 bits of resolution. */
  next(): number;
  /** Returns a uniform integer in [0, bound). */
  integer(bound: number): number;
  /** Returns a standard normal number. */
  normal(): number;
  /** Returns a new array with `items` in random order. */
  shuffled<T>(items: readonly T[]): T[];
  /** Returns the state from which `randomFrom` continues the same sequence of numbers. */
  state(): RandomState;
}

/** Returns a generator for `seed`. Different `stream` names give independent sequences for the same seed. */
export function seededRandom(seed: number, stream = ""): Random {
  const text = `${seed}/${stream}`;
  return randomFrom([hash(text, 1), hash(text, 2), hash(text, 3), hash(text, 4)]);
}

/** Returns a generator that continues from a saved state. It is sfc32 from the PractRand test suite, which it passes. */
export function randomFrom([a, b, c, counter]: RandomState): Random {
  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return (t >>> 0) / 2 ** 32;
  };
  const integer = (bound: number): number => Math.floor(next() * bound);
  return {
    next,
    integer,
    // Box-Muller; 1 - u keeps the logarithm's argument above zero.
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    shuffled: (items) => {
      const result = [...items];
      for (let i = result.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        [result[i], result[j]] = [result[j]!, result[i]!];
      }
      return result;
    },
    state: () => [a, b, c, counter],
  };
}

/** Returns a hash: FNV-1a with a salt and a final mix, so that similar seeds give unrelated states. */
function hash(text: string, salt: number): number {
  let h = 0x811c9dc5 ^ Math.imul(salt, 0x9e3779b9);
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}
