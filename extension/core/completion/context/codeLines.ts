/** Lines of code as sets, to test whether one text already contains another. */

/** Shorter lines, such as "else:" or "return x", occur in any file. */
const fewestCharacters = 12;

/** Returns the lines that are long enough to be distinctive, without the blanks around them. */
export function codeLines(text: string): Set<string> {
  const lines = text.split("\n").map((line) => line.trim());
  return new Set(lines.filter((line) => line.length >= fewestCharacters));
}

/** Returns the share of `lines` that `known` holds; 0 if there are none. */
export function shareIn(lines: ReadonlySet<string>, known: ReadonlySet<string>): number {
  if (lines.size === 0) return 0;
  let found = 0;
  for (const line of lines) if (known.has(line)) found++;
  return found / lines.size;
}
