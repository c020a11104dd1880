/** Finds a text in the suffix array of a segment. */

import type { Segment } from "../segment.ts";

/** Returns the range of `suffixes` whose texts start with `match`, which is no longer than the sorting depth. */
export function matchingSuffixes({ text, suffixes }: Segment, match: Uint8Array): [number, number] {
  const at = (index: number): number => order(text, suffixes[index]!, match);
  let [low, high] = [0, suffixes.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(middle) < 0) low = middle + 1;
    else high = middle;
  }
  // Most ranges are empty or short, so the search for the end starts with small steps and doubles them.
  let [end, step] = [low, 1];
  while (end < suffixes.length && at(end) === 0) {
    end = Math.min(end + step, suffixes.length);
    step *= 2;
  }
  for (let from = Math.max(low, end - step / 2); from < end;) {
    const middle = (from + end) >>> 1;
    if (at(middle) === 0) from = middle + 1;
    else end = middle;
  }
  return [low, end];
}

/** Returns a negative number if the text at `place` comes before `match`, 0 if it starts with it. */
function order(text: Uint8Array, place: number, match: Uint8Array): number {
  for (let i = 0; i < match.length; i++) {
    const difference = (text[place + i] ?? 0) - match[i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}
