/** Turns copied text into tokens, piece by piece. The pieces repeat from token to token, so they are remembered. */

import { LRUCache } from "lru-cache";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";

export interface CopyTokens {
  /** Returns the first token of a text that continues another; undefined for an empty text. */
  first(text: string): number | undefined;
  /** Whether a token begins a text that must begin with `missing`. */
  fits(token: number, missing: string): boolean;
}

/** Enough characters to determine the first token: tokenizers split text into words first. */
const pieceLength = 32;

export function copyTokens({ encode, decode }: Pick<Tokenizer, "encode" | "decode">): CopyTokens {
  const firsts = new LRUCache<string, number>({ max: 10_000 });
  return {
    first: (text) => {
      const piece = text.slice(0, pieceLength);
      const known = firsts.get(piece);
      if (known !== undefined) return known;
      const [token] = encode(piece, "inside");
      if (token !== undefined) firsts.set(piece, token);
      return token;
    },
    fits: (token, missing) => {
      const text = decode([token], "inside");
      return text !== "" && (text.startsWith(missing) || missing.startsWith(text));
    },
  };
}
