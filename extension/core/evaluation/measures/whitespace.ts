/**
 * White space as in Python's str.strip and str.split, which differs from JavaScript's: with U+001C–1F and U+0085,
 * without U+FEFF.
 */

const space = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const ends = new RegExp(`^${space}+|${space}+$`, "g");
const between = new RegExp(`${space}+`);

/** str.strip() */
export function strip(text: string): string {
  return text.replace(ends, "");
}

/** str.split() */
export function split(text: string): string[] {
  const stripped = strip(text);
  return stripped === "" ? [] : stripped.split(between);
}
