/** Which chunks hold which terms, and how often: the lists that BM25 reads. */

import { chunkStarts } from "./chunks.ts";
import { eachTerm } from "./terms.ts";

export interface Postings {
  /** Places where chunks start, in order. A chunk ends where the next one starts, or at the end of its file. */
  readonly chunks: Uint32Array;
  /** Terms of each chunk. */
  readonly lengths: Uint16Array;
  /** Hashes, sorted. The list of terms[i] lies between starts[i] and starts[i + 1]. */
  readonly terms: Uint32Array;
  readonly starts: Uint32Array;
  readonly lists: Uint32Array;
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
  const lists = new Map<number, number[]>();
  return {
    add(text, start) {
      const starts = chunkStarts(text);
      for (const [index, from] of starts.entries()) {
        const counts = new Map<number, number>();
        let length = 0;
        eachTerm(text, from, starts[index + 1] ?? text.length, (term) => {
          counts.set(term, (counts.get(term) ?? 0) + 1);
          length++;
        });
        for (const [term, count] of counts) {
          let list = lists.get(term);
          if (!list) lists.set(term, (list = []));
          list.push(chunks.length, count);
        }
        chunks.push(start + from);
        lengths.push(Math.min(length, 65_535));
      }
    },
    close() {
      const terms = Uint32Array.from(lists.keys()).toSorted();
      const starts = new Uint32Array(terms.length + 1);
      for (const [index, term] of terms.entries()) starts[index + 1] = starts[index]! + lists.get(term)!.length / 2;
      const places = new Uint32Array(starts.at(-1)!);
      const counts = new Uint8Array(places.length);
      let at = 0;
      for (const term of terms) {
        const list = lists.get(term)!;
        for (let i = 0; i < list.length; i += 2, at++) {
          places[at] = list[i]!;
          counts[at] = Math.min(list[i + 1]!, 255);
        }
      }
      return {
        chunks: Uint32Array.from(chunks),
        lengths: Uint16Array.from(lengths),
        terms,
        starts,
        lists: places,
        counts,
      };
    },
  };
}

/** Returns the index of `term` in the sorted `terms`, or -1. */
export function indexOfTerm(terms: Uint32Array, term: number): number {
  let [low, high] = [0, terms.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (terms[middle]! < term) low = middle + 1;
    else high = middle;
  }
  return terms[low] === term ? low : -1;
}
