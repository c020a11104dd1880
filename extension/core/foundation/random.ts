/** Seeded random numbers. Whoever needs chance is handed a generator; nothing here reads a clock. */

/** A generator's whole state, as it is written into checkpoints. */
export type RandomState = readonly [number, number, number, number];

export interface Random {
  /** Uniform in [0, 1), with 32 bits of resolution. */
  next(): number;
  /** A whole number, uniform in [0, bound). */
  integer(bound: number): number;
  /** Standard normal. */
  normal(): number;
  /** A new array with the items of `items` in random order. */
  shuffled<T>(items: readonly T[]): T[];
  /** The state from which `randomFrom` continues with the very same numbers. */
  state(): RandomState;
}

/** A generator for `seed`. Different `stream` names give unrelated sequences for one seed. */
export function seededRandom(seed: number, stream = ""): Random {
  const text = `${seed}/${stream}`;
  return randomFrom([hash(text, 1), hash(text, 2), hash(text, 3), hash(text, 4)]);
}

/** Continues from a saved state. The generator is sfc32 of the PractRand test suite: small, fast, and passes it. */
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

/** FNV-1a with a salt and a final avalanche, so that seeds 1 and 2 share no visible structure. */
function hash(text: string, salt: number): number {
  let h = 0x811c9dc5 ^ Math.imul(salt, 0x9e3779b9);
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}
