/** Guesses the next tokens of a completion: what followed the same text elsewhere, or in the last suggestion. */

import { evidenceClasses, longestDraft, type DraftPace } from "../../inference/drafts/draftPace.ts";
import type { DraftSource, Guess } from "../../inference/drafts/draftSource.ts";
import { noText, type Detokenizer } from "../../inference/decoding/detokenizer.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import type { CopiedText } from "./copyModel.ts";

export interface DraftTools {
  readonly tokenizer: Pick<Tokenizer, "encode">;
  readonly detokenize: Detokenizer;
  readonly pace: DraftPace;
}

/** The characters of a text that are turned into tokens at a time, enough for a few guesses. */
const piece = 120;
/** A match of at least this many characters is the next class of evidence. */
const classBounds = [8, 16, 32];

/** @param likely returns the text that probably follows the cursor and the text written since, and the length of its match */
export function copyDrafts(
  likely: (written: string) => Pick<CopiedText, "text" | "length"> | undefined,
  requiredText: string,
  { tokenizer, detokenize, pace }: DraftTools,
): DraftSource {
  let [written, known] = [noText, 0];
  /** The tokens that follow the first `start` tokens if the last guess stays right. */
  let ahead: { readonly start: number; readonly tokens: readonly number[]; readonly evidence: number } | undefined;

  /** Finds the text that probably follows, and returns its tokens; the last ones may be cut. */
  const found = (start: number): typeof ahead => {
    const { text } = written;
    const missing = requiredText.slice(text.length);
    const best = likely(text.slice(requiredText.length));
    if (!best) return undefined;
    const tokens = tokenizer.encode((missing + best.text).slice(0, piece), "inside");
    const isCut = missing.length + best.text.length > piece;
    return { start, tokens: isCut ? tokens.slice(0, -1) : tokens, evidence: evidenceOf(best) };
  };
  const follows = (tokens: readonly number[]): boolean =>
    ahead !== undefined &&
    ahead.start + ahead.tokens.length > tokens.length &&
    tokens.slice(ahead.start).every((token, i) => token === ahead!.tokens[i]);

  return {
    pace,
    guess: (tokens, most): Guess | null => {
      for (; known < tokens.length; known++) written = detokenize(written, tokens[known]!);
      if (written.pending.length > 0) return null;
      if (!follows(tokens)) ahead = found(tokens.length);
      if (!ahead) return null;
      const length = Math.min(most, longestDraft, pace.length(ahead.evidence));
      const left = ahead.tokens.slice(tokens.length - ahead.start).slice(0, Math.max(0, length));
      return left.length === 0 ? null : { tokens: left, evidence: ahead.evidence };
    },
  };
}

function evidenceOf({ length }: Pick<CopiedText, "length">): number {
  return Math.min(evidenceClasses - 1, classBounds.filter((bound) => length >= bound).length);
}
