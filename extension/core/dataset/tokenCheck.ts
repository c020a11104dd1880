/** Checks that token files still hold what was written into them, because a graph reads rows by id without checking the id. */

import { createHash } from "node:crypto";
import { readSync } from "node:fs";

/** Facts about a token file that are stored outside of it. */
export interface TokenFacts {
  /** Number of sequences. */
  readonly length: number;
  /** Variants of each example, 1 if absent. */
  readonly drawings?: number;
  /** Number of tokens of encoder and decoder together. */
  readonly tokens: number;
  /** Longest sequences: of own tokens, and of tokens that an encoder reads (0 without an encoder). */
  readonly longest: { readonly own: number; readonly read: number };
}

export interface ExpectedTokens {
  /** The description from when the files were written, such as "120 sequences, 4f1c0a9b". */
  readonly description: string;
  /** Ids are below this. */
  readonly vocabularySize: number;
  /** An encoder's ids go down to minus this. */
  readonly virtualTokens: number;
}

/** Numbers in front of a sequence: first target, number of encoder tokens (-1: no encoder), number of weights. */
export const headerLength = 3;
/** The numbers to read at a time, unless a sequence is longer. */
const chunk = 1 << 20;

/** @param ends the start of each sequence, then the end of the last one */
export function areIntact(file: number, ends: Float64Array, facts: TokenFacts, expected: ExpectedTokens): boolean {
  const { length, tokens, longest } = facts;
  const size = (from: number, to: number): number => ends[to]! - ends[from]!;
  const most = headerLength + 2 * longest.own + longest.read;
  for (let i = 0; i < length; i++) {
    if (!Number.isSafeInteger(ends[i]) || size(i, i + 1) <= headerLength || size(i, i + 1) > most) {
      return false;
    }
  }
  const hash = createHash("sha256");
  const found = { tokens: 0, own: 0, read: 0 };
  for (let first = 0; first < length;) {
    let next = first + 1;
    while (next < length && size(first, next + 1) <= chunk) next++;
    const values = new Int32Array(size(first, next));
    readSync(file, values, 0, values.byteLength, ends[first]! * values.BYTES_PER_ELEMENT);
    hash.update(values);
    for (let i = first; i < next; i++) {
      const sequence = values.subarray(size(first, i), size(first, i + 1));
      const read = Math.max(0, sequence[1]!);
      const own = sequence.length - headerLength - read - sequence[2]!;
      if (!isSequence(sequence, { read, own }, expected)) return false;
      found.tokens += read + own;
      found.own = Math.max(found.own, own);
      found.read = Math.max(found.read, read);
    }
    first = next;
  }
  const description = `${length} sequences, ${hash.digest("hex").slice(0, 8)}`;
  const isAsTold = found.tokens === tokens && found.own === longest.own && found.read === longest.read;
  return isAsTold && description === expected.description;
}

function isSequence(
  sequence: Int32Array,
  { read, own }: { readonly read: number; readonly own: number },
  { vocabularySize, virtualTokens }: ExpectedTokens,
): boolean {
  const [firstTarget, encoderLength, weights] = [sequence[0]!, sequence[1]!, sequence[2]!];
  if (encoderLength < -1 || own < 1 || firstTarget < 0 || firstTarget > own) return false;
  if (weights !== 0 && weights !== own - firstTarget) return false;
  const idsEnd = headerLength + read + own;
  const areIds = sequence
    .subarray(headerLength, idsEnd)
    .every((id, at) => id < vocabularySize && id >= (at < read ? -virtualTokens : 0));
  return areIds && sequence.subarray(idsEnd).every((weight) => weight >= 0);
}
