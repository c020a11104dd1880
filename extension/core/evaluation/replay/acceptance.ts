/**
 * Decides which part of a suggestion an author accepts: all of it if the author would write that text, otherwise the first lines that the
 * author would write.
 */

export interface Acceptance {
  /** The accepted text, a beginning of what the author writes. */
  readonly text: string;
  /** One key for the whole suggestion, or one for each line. */
  readonly keys: number;
  readonly kind: "exact" | "prefix";
}

/**
 * Returns the part that is right, or undefined. Blanks at the ends of lines count. An author does not accept a part that takes as many
 * keys to accept as to type.
 *
 * @param rest the text that the author has yet to write
 */
export function acceptable(suggestion: string, rest: string): Acceptance | undefined {
  if (suggestion === "") return undefined;
  if (rest.startsWith(suggestion)) return worthwhile({ text: suggestion, keys: 1, kind: "exact" });
  const lines = suggestion.split("\n");
  for (let right = lines.length - 1; right > 0; right--) {
    const text = lines.slice(0, right).join("\n");
    const isWhole = rest.startsWith(text) && (rest.length === text.length || rest[text.length] === "\n");
    if (isWhole) return worthwhile({ text, keys: right, kind: "prefix" });
  }
  return undefined;
}

function worthwhile(acceptance: Acceptance): Acceptance | undefined {
  return acceptance.text.replace(/\s/g, "").length > acceptance.keys ? acceptance : undefined;
}
