/** CPython's random.Random, as far as sampling needs it, to draw the paper's examples again. */

/**
 * Constants of the Mersenne Twister MT19937 (Matsumoto and Nishimura 1998), as in CPython's Modules/_randommodule.c.
 */
const [size, shift, matrix, upper, lower] = [624, 397, 0x9908b0df, 0x80000000, 0x7fffffff] as const;

/**
 * Returns the result of `random.Random(seed).sample(range(population), count)` in CPython 3.
 *
 * @param seed a whole number; as in Python, its sign does not count
 * @param count at most `population`
 */
export function pythonSample(seed: number, population: number, count: number): number[] {
  const below = randomBelow(mersenneTwister(seed));
  // Python chooses the method that needs less memory; the two draw different numbers.
  const setSize = 21 + (count > 5 ? 4 ** Math.ceil(Math.log(count * 3) / Math.log(4)) : 0);
  if (population <= setSize) {
    const pool = Array.from({ length: population }, (_, i) => i);
    return Array.from({ length: count }, (_, i) => {
      const j = below(population - i);
      const drawn = pool[j]!;
      pool[j] = pool[population - i - 1]!;
      return drawn;
    });
  }
  const selected = new Set<number>();
  while (selected.size < count) selected.add(below(population));
  return [...selected];
}

/** Uniform in [0, bound), for bounds up to 2³²: draws bits until the number is below `bound`. */
function randomBelow(next: () => number): (bound: number) => number {
  return (bound) => {
    const bits = 32 - Math.clz32(bound);
    for (;;) {
      const drawn = next() >>> (32 - bits);
      if (drawn < bound) return drawn;
    }
  };
}

/** Returns 32 random bits. */
function mersenneTwister(seed: number): () => number {
  const state = seededState(seed);
  let place: number = size;
  const twist = (i: number): void => {
    const y = (state[i]! & upper) | (state[(i + 1) % size]! & lower);
    state[i] = state[(i + shift) % size]! ^ (y >>> 1) ^ (y & 1 ? matrix : 0);
  };
  return () => {
    if (place === size) {
      for (let i = 0; i < size; i++) twist(i);
      place = 0;
    }
    let y = state[place++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  };
}

/** init_by_array with the seed's 32-bit words, lowest first. */
function seededState(seed: number): Uint32Array {
  const words: number[] = [];
  for (let rest = Math.abs(seed); rest > 0 || words.length === 0; rest = Math.floor(rest / 2 ** 32)) {
    words.push(rest % 2 ** 32);
  }
  const state = new Uint32Array(size);
  state[0] = 19650218;
  const mixed = (i: number): number => state[i - 1]! ^ (state[i - 1]! >>> 30);
  for (let i = 1; i < size; i++) state[i] = Math.imul(1812433253, mixed(i)) + i;
  let i = 1;
  const advance = (): void => {
    if (++i < size) return;
    state[0] = state[size - 1]!;
    i = 1;
  };
  for (let step = 0, j = 0; step < Math.max(size, words.length); step++, j = (j + 1) % words.length) {
    state[i] = (state[i]! ^ Math.imul(mixed(i), 1664525)) + words[j]! + j;
    advance();
  }
  for (let step = 0; step < size - 1; step++) {
    state[i] = (state[i]! ^ Math.imul(mixed(i), 1566083941)) - i;
    advance();
  }
  state[0] = upper;
  return state;
}
