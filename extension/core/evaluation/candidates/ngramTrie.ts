/**
 * All n-grams of a stream of tokens with their Kneser-Ney counts, in typed arrays: forty million tokens fit into 1.5
 * GB. Only counts; ngramModel.ts computes probabilities.
 */

import { setImmediate as nextTurn } from "node:timers/promises";

/** The n-grams of one length. A node is an n-gram: the node of its first n - 1 tokens, and its last token. */
export interface NgramLevel {
  readonly size: number;
  /** By node: how often it occurs. For all but the longest n-grams: how many different tokens precede it. */
  readonly counts: Uint32Array;
  /** By node: the (n - 1)-gram that it continues; 0, the empty one, for single tokens. */
  readonly parents: Uint32Array;
  /** Returns the node, or -1 if the n-gram does not occur. */
  find(parent: number, token: number): number;
}

export interface NgramTrie {
  readonly vocabularySize: number;
  /** The first level holds single tokens, each its own node. The last level holds n-grams of the order. */
  readonly levels: readonly NgramLevel[];
}

/** Positions between two checks of the signal. */
const stride = 1 << 20;

/**
 * Counts n-grams of 1 to `order` tokens.
 *
 * The longest n-grams count their occurrences. Shorter ones count the different tokens that precede them (Kneser & Ney
 * 1995): "Francisco" is frequent, but follows only one word.
 *
 * @param onProgress receives how many of tokens × orders are counted
 * @throws the signal's reason once it is aborted
 */
export async function countNgrams(
  tokens: Uint32Array,
  { order, vocabularySize }: { readonly order: number; readonly vocabularySize: number },
  { signal, onProgress }: { signal?: AbortSignal | undefined; onProgress?: (done: number, total: number) => void } = {},
): Promise<NgramTrie> {
  const levels: NgramLevel[] = [singleTokens(vocabularySize)];
  /** By position: the node of the n-gram that starts there. n grows by one in each pass. */
  const starting = tokens.slice();
  for (let length = 2; length <= order; length++) {
    const shorter = levels.at(-1)!;
    const level = growingLevel();
    for (let i = 0; i + length <= tokens.length; i++) {
      if (i % stride === 0) {
        onProgress?.((length - 2) * tokens.length + i, (order - 1) * tokens.length);
        await nextTurn();
        signal?.throwIfAborted();
      }
      const before = level.size;
      const node = level.add(starting[i]!, tokens[i + length - 1]!);
      // A new n-gram is a new left neighbour of everything after its first token.
      if (level.size > before) shorter.counts[starting[i + 1]!]! += 1;
      if (length === order) level.counts[node]! += 1;
      starting[i] = node; // Only the next position still reads the value at i + 1.
    }
    levels.push(level);
  }
  if (order === 1) for (const token of tokens) levels[0]!.counts[token]! += 1;
  return { vocabularySize, levels };
}

function singleTokens(vocabularySize: number): NgramLevel {
  const none = new Uint32Array(vocabularySize);
  return { size: vocabularySize, counts: new Uint32Array(vocabularySize), parents: none, find: (_, token) => token };
}

/** A hash table with open addressing. Its slots hold node + 1, or 0 if they are free. */
function growingLevel(): NgramLevel & { add(parent: number, token: number): number } {
  let size = 0;
  let counts = new Uint32Array(1 << 10);
  let parents = new Uint32Array(1 << 10);
  let lastTokens = new Uint32Array(1 << 10);
  let slots = new Uint32Array(1 << 11);

  /** Returns the slot that holds the n-gram, or the free slot where it belongs. */
  const slotOf = (parent: number, token: number): number => {
    let hash = Math.imul(parent, 0x9e3779b1) ^ Math.imul(token, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    const mask = slots.length - 1;
    for (let slot = (hash ^ (hash >>> 13)) & mask; ; slot = (slot + 1) & mask) {
      const node = slots[slot]! - 1;
      if (node < 0 || (parents[node] === parent && lastTokens[node] === token)) return slot;
    }
  };
  const grow = (): void => {
    const capacity = Math.ceil(parents.length * 1.5);
    counts = enlarged(counts, capacity);
    parents = enlarged(parents, capacity);
    lastTokens = enlarged(lastTokens, capacity);
    if (capacity * 1.25 < slots.length) return;
    slots = new Uint32Array(slots.length * 2);
    for (let node = 0; node < size; node++) slots[slotOf(parents[node]!, lastTokens[node]!)] = node + 1;
  };

  return {
    get size() {
      return size;
    },
    get counts() {
      return counts;
    },
    get parents() {
      return parents;
    },
    find: (parent, token) => slots[slotOf(parent, token)]! - 1,
    add: (parent, token) => {
      const slot = slotOf(parent, token);
      const known = slots[slot]! - 1;
      if (known >= 0) return known;
      slots[slot] = size + 1;
      parents[size] = parent;
      lastTokens[size] = token;
      if (++size === parents.length) grow();
      return size - 1;
    },
  };
}

function enlarged(values: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const result = new Uint32Array(length);
  result.set(values);
  return result;
}
