/** Finds a text in the suffix array of a segment. */

import type { Segment } from "../segment.ts";

/** Returns the range of `suffixes` whose texts start with `match`, which is no longer than the sorting depth. */
export function matchingSuffixes({ text, suffixes }: Segment, match: Uint8Array): [number, number] {
  const edge = (from: number, isBefore: (order: number) => boolean): number => {
    let [low, high] = [from, suffixes.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(order(text, suffixes[middle]!, match))) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const low = edge(0, (found) => found < 0);
  return [low, edge(low, (found) => found <= 0)];
}

/** Negative if the text at `place` comes before `match`, 0 if it starts with it. */
function order(text: Uint8Array, place: number, match: Uint8Array): number {
  for (let i = 0; i < match.length; i++) {
    const difference = (text[place + i] ?? 0) - match[i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}
