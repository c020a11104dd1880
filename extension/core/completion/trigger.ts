/** Decides when not to complete automatically. Users complain most about eager completions. */

import { scanPython } from "./pythonText.ts";

/** Copilot's rule: only closers and the end of a statement may stand right of the cursor. */
const harmlessRest = /^\s*[)>}\]"'`]*\s*[:{;,]?\s*$/;
/** The least context in characters that a model needs. */
const fewestCharacters = 10;

/**
 * Returns why not to complete automatically while the user types, or null. Does not apply to completions that the user
 * invokes.
 */
export function reasonNotToAsk(prefix: string, suffix: string): "code-follows" | "comment" | "too-little" | null {
  const [rest = ""] = suffix.split("\n", 1);
  if (!harmlessRest.test(rest)) return "code-follows";
  if (scanPython(prefix).inComment) return "comment";
  if (prefix.trim().length + suffix.trim().length < fewestCharacters) return "too-little";
  return null;
}
