/** A tokenizer prepared for decoding: the tokens that end a continuation, the tokens to ban, and the detokenizer. */

import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import { detokenizer, type Detokenizer } from "./detokenizer.ts";

export interface DecodingVocabulary {
  readonly tokenizer: Tokenizer;
  readonly detokenize: Detokenizer;
  /** The tokens that end a continuation. */
  readonly stopTokens: ReadonlySet<number>;
  /** The infilling markers. Small models sometimes write them instead of code; they neither continue nor end a text. */
  readonly infillingMarkers: ReadonlySet<number>;
}

export function decodingVocabulary(tokenizer: Tokenizer): DecodingVocabulary {
  const { fillInTheMiddle, endOfText } = tokenizer;
  const { opening = [], between = [], closing = [], stops = [endOfText] } = fillInTheMiddle ?? {};
  return {
    tokenizer,
    detokenize: detokenizer(tokenizer),
    stopTokens: new Set(stops),
    infillingMarkers: new Set([...opening, ...between, ...closing].filter((id) => id !== endOfText)),
  };
}
