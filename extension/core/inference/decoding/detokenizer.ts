/** Incremental detokenization: each token costs a look-up, and earlier tokens are not decoded again. */

import type { Tokenizer } from "../../tokenizer/tokenizer.ts";

export interface DetokenizedText {
  /** The text up to the last whole character. */
  readonly text: string;
  /** The last tokens, if they end inside a character. */
  readonly pending: readonly number[];
}

export const noText: DetokenizedText = { text: "", pending: [] };

/**
 * Appends a token. The text equals `decode(all tokens, "inside")` without the U+FFFD of an unfinished character, because a
 * tokenizer writes the same bytes wherever the tokens are split between two characters.
 */
export type Detokenizer = (written: DetokenizedText, token: number) => DetokenizedText;

export function detokenizer(tokenizer: Pick<Tokenizer, "decode">): Detokenizer {
  const pieces = new Map<number, string>();
  const pieceOf = (token: number): string => {
    const known = pieces.get(token);
    if (known !== undefined) return known;
    const piece = tokenizer.decode([token], "inside");
    pieces.set(token, piece);
    return piece;
  };
  return ({ text, pending }, token) => {
    const last = [...pending, token];
    const piece = pending.length === 0 ? pieceOf(token) : tokenizer.decode(last, "inside");
    return piece.endsWith("\uFFFD") ? { text, pending: last } : { text: text + piece, pending: [] };
  };
}
