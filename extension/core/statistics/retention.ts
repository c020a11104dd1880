/** Follows an accepted text through edits, and decides whether it is still there. Knows no editor. */

import { distance } from "fastest-levenshtein";
import type { Stretch } from "../completion/judgement/suggestionEvent.ts";

/** An edit: `removed` characters at `offset` became `inserted`. */
export interface TextChange {
  readonly offset: number;
  readonly removed: number;
  readonly inserted: string;
}

/** The share of an accepted text that may change. */
const tolerance = 0.5;
/** The most characters of a text to compare, so that a check takes a few milliseconds at most. */
const comparedCharacters = 4000;

/**
 * Whether `now` still is the text that was accepted: the Levenshtein distance is at most half of the accepted length.
 * Differences in line ends do not count.
 */
export function isKept(accepted: string, now: string): boolean {
  const [before, after] = [unixLines(accepted), unixLines(now)];
  const limit = tolerance * before.length;
  // The distance is at least the difference of the lengths.
  if (before.length === 0 || Math.abs(before.length - after.length) > limit) return false;
  const [a, b] = [before.slice(0, comparedCharacters), after.slice(0, comparedCharacters)];
  return distance(a, b) <= tolerance * a.length;
}

/**
 * Returns the place of an accepted text after an edit.
 *
 * Text inserted before or after it does not belong to it; text inserted within it does. If an edit replaces it as a whole, as some
 * formatters do, or brings it back, as redo does, its place is where the new text repeats it.
 */
export function rangeAfter(range: Stretch, change: TextChange, accepted: string): Stretch {
  const { start, end } = range;
  const { offset, removed, inserted } = change;
  const changeEnd = offset + removed;
  const shift = inserted.length - removed;
  if (offset <= start && changeEnd >= end) {
    const place = nearest(inserted, accepted, start - offset);
    if (place !== undefined) return { start: offset + place, end: offset + place + accepted.length };
  }
  if (offset >= end) return range;
  if (changeEnd <= start) return { start: start + shift, end: end + shift };
  return { start: Math.min(start, offset), end: Math.max(end, changeEnd) + shift };
}

/** Returns the occurrence of `part` in `text` that is nearest to `expected`. */
function nearest(text: string, part: string, expected: number): number | undefined {
  if (part === "") return undefined;
  const after = text.indexOf(part, expected);
  const before = text.lastIndexOf(part, expected);
  const found = [before, after].filter((place) => place >= 0);
  return found.sort((a, b) => Math.abs(a - expected) - Math.abs(b - expected))[0];
}

function unixLines(text: string): string {
  return text.replaceAll("\r\n", "\n");
}
