/** The text of tokens, as they are written one by one: each costs a look-up, not the decoding of all before it. */

import type { Tokenizer } from "../../tokenizer/tokenizer.ts";

export interface DetokenizedText {
  /** Up to the last whole character. */
  readonly text: string;
  /** The last tokens, where they end inside a character. */
  readonly open: readonly number[];
}

export const noText: DetokenizedText = { text: "", open: [] };

/**
 * Appends a token. The text is that of `decode(all tokens, "inside")` without what an unfinished character shows as: a tokenizer
 * puts the same bytes in one row, wherever it is cut between two characters.
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
  return ({ text, open }, token) => {
    const last = [...open, token];
    const piece = open.length === 0 ? pieceOf(token) : tokenizer.decode(last, "inside");
    return piece.endsWith("\uFFFD") ? { text, open: last } : { text: text + piece, open: [] };
  };
}
