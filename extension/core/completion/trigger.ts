/** When not to ask for a completion unasked. Users complain most about too eager ones. */

import { scanPython } from "./pythonText.ts";

/** Right of the cursor only closers may stand, and what ends a statement: Copilot's rule. */
const harmlessRest = /^\s*[)>}\]"'`]*\s*[:{;,]?\s*$/;
/** A model needs something to go by. */
const fewestCharacters = 10;

/** Why it is better not to ask while the user types, or null. Of no concern where the user asks for a completion. */
export function reasonNotToAsk(prefix: string, suffix: string): "code-follows" | "comment" | "too-little" | null {
  const [rest = ""] = suffix.split("\n", 1);
  if (!harmlessRest.test(rest)) return "code-follows";
  if (scanPython(prefix).inComment) return "comment";
  if (prefix.trim().length + suffix.trim().length < fewestCharacters) return "too-little";
  return null;
}
