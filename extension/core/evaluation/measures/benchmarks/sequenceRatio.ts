/** Two similarities of texts that other programs define: rapidfuzz's and Python's. Both in percent, 100 for equal texts. */

/**
 * Returns fuzz.ratio of rapidfuzz and fuzzywuzzy, not rounded: the share of characters in a longest common subsequence,
 * 200 · LCS / (|a| + |b|), in code points.
 */
export function indelRatio(a: string, b: string): number {
  const [one, other] = [Array.from(a), Array.from(b)];
  const total = one.length + other.length;
  if (total === 0) return 100;
  // row[j]: the longest common subsequence of the processed part of a and the first j of b.
  const row = new Uint32Array(other.length + 1);
  for (const char of one) {
    let diagonal = 0;
    for (let j = 1; j <= other.length; j++) {
      const above = row[j]!;
      row[j] = char === other[j - 1] ? diagonal + 1 : Math.max(above, row[j - 1]!);
      diagonal = above;
    }
  }
  return (200 * row[other.length]!) / total;
}

/** From this length on, Python ignores characters that are more than 1 % of the second text. */
const longText = 200;

/**
 * Returns SequenceMatcher(None, a, b).ratio() of Python's difflib: the share of characters in the longest common block,
 * the longest ones left and right of it, and so on.
 */
export function sequenceRatio(a: string, b: string): number {
  const [one, other] = [Array.from(a), Array.from(b)];
  const total = one.length + other.length;
  if (total === 0) return 100;
  const places = placesOf(other);
  let matched = 0;
  const open: Range[] = [{ start: 0, end: one.length, otherStart: 0, otherEnd: other.length }];
  for (let range = open.pop(); range; range = open.pop()) {
    const { start, otherStart, length } = longestBlock(one, other, places, range);
    if (length === 0) continue;
    matched += length;
    open.push({ ...range, end: start, otherEnd: otherStart });
    open.push({ ...range, start: start + length, otherStart: otherStart + length });
  }
  return (200 * matched) / total;
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly otherStart: number;
  readonly otherEnd: number;
}

interface Block {
  readonly start: number;
  readonly otherStart: number;
  readonly length: number;
}

/** Returns the positions of each character in a text, without the characters that Python considers too popular. */
function placesOf(text: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  for (const [i, char] of text.entries()) {
    const known = places.get(char);
    if (known) known.push(i);
    else places.set(char, [i]);
  }
  if (text.length < longText) return places;
  const most = Math.floor(text.length / 100) + 1;
  return new Map([...places].filter(([, found]) => found.length <= most));
}

/** Returns the longest block of a range; of several, the one that comes first in both texts. Popular characters only extend it. */
function longestBlock(
  one: readonly string[],
  other: readonly string[],
  places: ReadonlyMap<string, readonly number[]>,
  { start, end, otherStart, otherEnd }: Range,
): Block {
  let best: Block = { start, otherStart, length: 0 };
  /** The length of the block that ends at each place of the other text. */
  let lengths = new Map<number, number>();
  for (let i = start; i < end; i++) {
    const next = new Map<number, number>();
    for (const j of places.get(one[i]!) ?? []) {
      if (j < otherStart || j >= otherEnd) continue;
      const length = (lengths.get(j - 1) ?? 0) + 1;
      next.set(j, length);
      if (length > best.length) best = { start: i - length + 1, otherStart: j - length + 1, length };
    }
    lengths = next;
  }
  let [from, otherFrom] = [best.start, best.otherStart];
  let [to, otherTo] = [best.start + best.length, best.otherStart + best.length];
  while (from > start && otherFrom > otherStart && one[from - 1] === other[otherFrom - 1])
    [from, otherFrom] = [from - 1, otherFrom - 1];
  while (to < end && otherTo < otherEnd && one[to] === other[otherTo]) [to, otherTo] = [to + 1, otherTo + 1];
  return { start: from, otherStart: otherFrom, length: to - from };
}
