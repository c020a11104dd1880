/** Decides when not to complete automatically. Users complain most about eager completions. */

import { scanPython } from "./pythonText.ts";

/** Copilot's rule: only closers and the end of a statement may follow the cursor in its line. Matches the line without outer blanks. */
const harmlessRest = /^[)>}\]"'`]*\s*[:{;,]?$/;
/** The least context in characters that a model needs. */
const fewestCharacters = 10;

/** The kinds of places where a completion can be unwelcome. Each one is the user's choice. */
export const quietPlaces = ["comments", "strings", "beforeCode"] as const;
export type QuietPlace = (typeof quietPlaces)[number];
export const quietByDefault: readonly QuietPlace[] = ["comments", "beforeCode"];

export type ReasonNotToAsk = "code-follows" | "comment" | "string" | "too-little";

/**
 * Returns why not to complete automatically while the user types, or null. Does not apply to completions that the user
 * invokes.
 */
export function reasonNotToAsk(
  prefix: string,
  suffix: string,
  quietIn: readonly QuietPlace[] = quietByDefault,
): ReasonNotToAsk | null {
  const [rest = ""] = suffix.split("\n", 1);
  if (quietIn.includes("beforeCode") && !harmlessRest.test(rest.trim())) return "code-follows";
  const { inComment, quote } = scanPython(prefix);
  if (quietIn.includes("comments") && inComment) return "comment";
  if (quietIn.includes("strings") && quote !== "") return "string";
  if (prefix.trim().length + suffix.trim().length < fewestCharacters) return "too-little";
  return null;
}
