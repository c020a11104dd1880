/**
 * Sorts places of a text by the text that follows them, up to a depth: caching multikey sorting (four bytes are a key; places
 * with equal keys are sorted by the next four).
 *
 * The depth bounds the work where whole files repeat, such as licences. Places that are equal up to it keep their order.
 */

/** The number of bytes that are compared: a multiple of 4, and at least the longest match. */
export const sortingDepth = 64;

const width = 4;
/** Up to the first number of places, comparing whole texts is fastest; up to the second, inserting by keys is faster than counting. */
const [fewest, few] = [10, 40];

interface Sorting {
  readonly text: Uint8Array;
  readonly places: Uint32Array;
  readonly keys: Uint32Array;
  readonly otherPlaces: Uint32Array;
  readonly otherKeys: Uint32Array;
}

export function sortSuffixes(text: Uint8Array, places: Uint32Array): void {
  const { length } = places;
  const room = (): Uint32Array => new Uint32Array(length);
  sortRange({ text, places, keys: room(), otherPlaces: room(), otherKeys: room() }, 0, length, 0);
}

/** Sorts the places from `low` to `high`, which are equal up to `depth`. */
function sortRange(sorting: Sorting, low: number, high: number, depth: number): void {
  if (high - low < 2 || depth >= sortingDepth) return;
  const { text, places, keys } = sorting;
  if (high - low <= fewest) {
    insertByText(text, places, low, high, depth);
    return;
  }
  for (let i = low; i < high; i++) keys[i] = keyAt(text, places[i]! + depth);
  if (high - low <= few) insert(sorting, low, high);
  else count(sorting, low, high);
  for (let from = low; from < high;) {
    let to = from + 1;
    while (to < high && keys[to] === keys[from]) to++;
    // The recursion overwrites keys of this group only.
    if (to - from > 1) sortRange(sorting, from, to, depth + width);
    from = to;
  }
}

/** Returns four bytes as a number, the first one highest, with zeros after the end of the text. */
function keyAt(text: Uint8Array, place: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = [text[place], text[place + 1], text[place + 2], text[place + 3]];
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

function insert({ places, keys }: Sorting, low: number, high: number): void {
  for (let i = low + 1; i < high; i++) {
    const [key, place] = [keys[i]!, places[i]!];
    let j = i - 1;
    for (; j >= low && keys[j]! > key; j--) {
      keys[j + 1] = keys[j]!;
      places[j + 1] = places[j]!;
    }
    keys[j + 1] = key;
    places[j + 1] = place;
  }
}

function insertByText(text: Uint8Array, places: Uint32Array, low: number, high: number, depth: number): void {
  for (let i = low + 1; i < high; i++) {
    const place = places[i]!;
    let j = i - 1;
    for (; j >= low && isBefore(text, place, places[j]!, depth); j--) places[j + 1] = places[j]!;
    places[j + 1] = place;
  }
}

/** Whether the text at `a` comes before that at `b`. Both are equal up to `depth`. */
function isBefore(text: Uint8Array, a: number, b: number, depth: number): boolean {
  for (let i = depth; i < sortingDepth; i++) {
    const [one, other] = [text[a + i] ?? 0, text[b + i] ?? 0];
    if (one !== other) return one < other;
  }
  return false;
}

/** Sorts by counting, one byte at a time, starting with the last. */
function count(sorting: Sorting, low: number, high: number): void {
  const ends = new Uint32Array(256);
  let { places, keys, otherPlaces, otherKeys } = sorting;
  for (let shift = 0; shift < 32; shift += 8) {
    ends.fill(0);
    for (let i = low; i < high; i++) ends[(keys[i]! >>> shift) & 255]!++;
    let sum = low;
    for (let byte = 0; byte < 256; byte++) {
      const own = ends[byte]!;
      ends[byte] = sum;
      sum += own;
    }
    for (let i = low; i < high; i++) {
      const to = ends[(keys[i]! >>> shift) & 255]!++;
      otherKeys[to] = keys[i]!;
      otherPlaces[to] = places[i]!;
    }
    [places, otherPlaces, keys, otherKeys] = [otherPlaces, places, otherKeys, keys];
  }
}
