/** The chunks that contain each term, and how often: the lists that BM25 reads. */

import { firstFrom } from "../../foundation/numbers/firstFrom.ts";
import { chunkStarts } from "./chunks.ts";
import { eachTerm } from "./terms.ts";

export interface Postings {
  /** Places where chunks start, in order. A chunk ends where the next one starts, or at the end of its file. */
  readonly chunks: Uint32Array;
  /** The number of terms of each chunk. */
  readonly lengths: Uint16Array;
  /** Hashes, sorted. The list of terms[i] is between starts[i] and starts[i + 1]. */
  readonly terms: Uint32Array;
  readonly starts: Uint32Array;
  readonly lists: Uint16Array | Uint32Array;
  readonly counts: Uint8Array;
}

export interface PostingsBuilder {
  /** `text` has one character for each byte; `start` is its place in the segment. */
  add(text: string, start: number): void;
  close(): Postings;
}

export function openPostings(): PostingsBuilder {
  const chunks: number[] = [];
  const lengths: number[] = [];
  // Entries of the lists, in the order of the chunks. Collecting arrays of arrays as garbage would take longer than all the rest.
  const entries = { terms: growing(), chunks: growing(), counts: growing() };
  const own = growing();
  return {
    add(text, start) {
      const starts = chunkStarts(text);
      for (const [index, from] of starts.entries()) {
        own.clear();
        eachTerm(text, from, starts[index + 1] ?? text.length, own.push);
        const terms = own.values().sort();
        for (let i = 0; i < terms.length;) {
          let end = i + 1;
          while (end < terms.length && terms[end] === terms[i]) end++;
          entries.terms.push(terms[i]!);
          entries.chunks.push(chunks.length);
          entries.counts.push(Math.min(end - i, 255));
          i = end;
        }
        chunks.push(start + from);
        lengths.push(Math.min(terms.length, 65_535));
      }
    },
    close() {
      const terms = entries.terms.values();
      const order = sortedOrder(terms);
      const sorted = order.map((entry) => terms[entry]!);
      const starts: number[] = [];
      for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) starts.push(i);
      const [ofEntries, counts] = [entries.chunks.values(), entries.counts.values()];
      const lists = order.map((entry) => ofEntries[entry]!);
      return {
        chunks: Uint32Array.from(chunks),
        lengths: Uint16Array.from(lengths),
        terms: Uint32Array.from(starts, (at) => sorted[at]!),
        starts: Uint32Array.from([...starts, sorted.length]),
        lists: chunks.length > 65_536 ? lists : Uint16Array.from(lists),
        counts: Uint8Array.from(order, (entry) => counts[entry]!),
      };
    },
  };
}

interface Growing {
  push: (value: number) => void;
  clear: () => void;
  /** Returns a view, which the next change may invalidate. */
  values: () => Uint32Array;
}

function growing(): Growing {
  let array = new Uint32Array(1024);
  let length = 0;
  return {
    push(value) {
      if (length === array.length) {
        const larger = new Uint32Array(2 * length);
        larger.set(array);
        array = larger;
      }
      array[length++] = value;
    },
    clear() {
      length = 0;
    },
    values: () => array.subarray(0, length),
  };
}

/**
 * Returns the indices in the order of their values; those of equal values keep their order. Sorts one byte at a time, starting with
 * the last.
 */
function sortedOrder(values: Uint32Array): Uint32Array {
  let order = Uint32Array.from(values.keys());
  let other = new Uint32Array(order.length);
  const ends = new Uint32Array(257);
  for (let shift = 0; shift < 32; shift += 8) {
    ends.fill(0);
    for (const value of values) ends[((value >>> shift) & 255) + 1]!++;
    for (let byte = 0; byte < 256; byte++) ends[byte + 1]! += ends[byte]!;
    for (const index of order) other[ends[(values[index]! >>> shift) & 255]!++] = index;
    [order, other] = [other, order];
  }
  return order;
}

/** Returns the index of `term` in the sorted `terms`, or -1. */
export function indexOfTerm(terms: Uint32Array, term: number): number {
  const index = firstFrom(terms, term);
  return terms[index] === term ? index : -1;
}
