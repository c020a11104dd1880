/** Finds the places in texts where the characters before a cursor occur again, longest match first. Independent of tokens. */

/** A text that may be copied from. */
export interface CopySource {
  readonly text: string;
  /** The part of the file before the cursor, the part after it, or another file. */
  readonly kind: "before" | "after" | "elsewhere";
  /** Whether the text is from the folder of the file. */
  readonly isNear: boolean;
}

export interface CopyMatch {
  readonly source: CopySource;
  /** The place in the source's text. */
  readonly at: number;
  /** The number of characters before the place that equal those before the cursor. */
  readonly length: number;
}

/** The most characters of a match that are counted. A longer match is no better evidence. */
export const longestMatch = 64;
/** A match needs this many characters other than blanks. */
const fewestVisible = 2;
/** The most places of a source that are compared. */
const mostCompared = 256;
/** The lengths of the ends that are searched for, until one of them is found often enough. */
const anchorLengths = [32, 16, 8];

/** Returns at most `most` places, longest match first; of equal ones, those nearest to the end of their source. */
export function findCopies(sources: readonly CopySource[], before: string, most: number): readonly CopyMatch[] {
  const tail = before.slice(-longestMatch);
  const shortest = shortestAnchor(tail);
  if (shortest === undefined) return [];
  let found: CopyMatch[] = [];
  for (const length of [...anchorLengths.filter((length) => length > shortest), shortest]) {
    if (length > tail.length) continue;
    found = sources.flatMap((source) => matchesIn(source, tail, length));
    if (found.length >= most) break;
  }
  return found.sort((a, b) => b.length - a.length).slice(0, most);
}

/** Whether a search would find a match of `length` characters in front of the cursor. */
export function isWorthCopying(before: string, length: number): boolean {
  const shortest = shortestAnchor(before);
  return shortest !== undefined && shortest <= length;
}

/** Returns the length of the shortest end that is worth a search; undefined for texts that are blank. */
function shortestAnchor(tail: string): number | undefined {
  const [anchor] = new RegExp(`(?:\\S\\s*){${fewestVisible}}$`).exec(tail) ?? [];
  return anchor === undefined ? undefined : Math.max(fewestVisible + 1, anchor.length);
}

function matchesIn(source: CopySource, tail: string, anchorLength: number): CopyMatch[] {
  const { text } = source;
  const anchor = tail.slice(-anchorLength);
  const found: CopyMatch[] = [];
  // Nothing follows the last character.
  let start = text.lastIndexOf(anchor, text.length - anchorLength - 1);
  for (; start >= 0 && found.length < mostCompared; start = start === 0 ? -1 : text.lastIndexOf(anchor, start - 1)) {
    const at = start + anchorLength;
    found.push({ source, at, length: anchorLength + equalEnds(text, start, tail, tail.length - anchorLength) });
  }
  return found;
}

/** Returns the number of equal characters in front of two places. */
export function equalEnds(a: string, endOfA: number, b: string, endOfB: number): number {
  let length = 0;
  while (
    length < endOfA &&
    length < endOfB &&
    a.charCodeAt(endOfA - 1 - length) === b.charCodeAt(endOfB - 1 - length)
  ) {
    length++;
  }
  return length;
}
