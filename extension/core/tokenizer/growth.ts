/** Limits how much longer the rules of a tokenizer.json can make a text. Those of a careless or hostile author could fill the memory. */

import { say } from "../foundation/words/said.ts";
import { invalid } from "./tokenizerFiles.ts";

/** Normalization of Unicode and bytes as characters make texts a few times longer. */
const mostGrowth = 1000;

/** @throws UserError "tokenizer-invalid" */
export function checkGrowth(folder: string, parts: readonly unknown[]): void {
  const growth = parts.reduce<number>((product, part) => product * growthOf(part), 1);
  if (growth <= mostGrowth) return;
  throw invalid(folder, say`its rules can make a text more than a thousand times longer`, say`Choose another base.`);
}

/** Returns the product of the growths of a part and of the parts in it, which apply one after another. */
function growthOf(part: unknown): number {
  if (typeof part !== "object" || part === null) return 1;
  const inner = Object.values(part).reduce<number>((product, value) => product * growthOf(value), 1);
  return inner * ownGrowth(part as Readonly<Record<string, unknown>>);
}

function ownGrowth(part: Readonly<Record<string, unknown>>): number {
  const { type, content, pattern } = part;
  // A character becomes at most four bytes; a character that already represents a byte becomes at most two.
  if (type === "ByteLevel") return 2;
  if (type === "Prepend") return 1 + lengthOf(part["prepend"]);
  if (type === "Metaspace") return Math.max(1, lengthOf(part["replacement"]), lengthOf(part["str_rep"]));
  if (type !== "Replace" || content === "") return 1;
  // In JavaScript, these insert all the text before or after the match.
  if (typeof content === "string" && /\$[`']/.test(content)) return Infinity;
  const found = (pattern as { readonly String?: unknown } | null | undefined)?.String;
  // An expression can match every character, or every position between two.
  return typeof found === "string" && found !== ""
    ? Math.max(1, lengthOf(content) / found.length)
    : 1 + lengthOf(content);
}

function lengthOf(text: unknown): number {
  return typeof text === "string" ? text.length : 0;
}
