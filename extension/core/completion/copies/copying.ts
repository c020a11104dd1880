/** How a completer decodes with copied text: the prior, and the guesses of draft tokens. */

import { draftPace } from "../../inference/drafts/draftPace.ts";
import type { DraftSource } from "../../inference/drafts/draftSource.ts";
import type { Prior } from "../../inference/decoding/prior.ts";
import type { DecodingVocabulary } from "../../inference/decoding/vocabulary.ts";
import { copyDrafts } from "./copyDrafts.ts";
import { copyModel, type CopyContext } from "./copyModel.ts";
import { findCopies, longestMatch, type CopySource } from "./copySearch.ts";
import { copyPrior } from "./copyPrior.ts";
import { copyTokens } from "./copyTokens.ts";
import { learnedWeights } from "./mixtureWeights.ts";
import { priorScale } from "./priorScale.ts";

/** How a base uses copied text. */
export interface Copying {
  /** The factor of the copies' share in the mixture, from 0 to 1. */
  readonly priorScale: number;
  /** Whether to guess tokens. The tree must then support spans that ask for the logits of several tokens. */
  readonly mayDraft: boolean;
}

export const noCopying: Copying = { priorScale: 0, mayDraft: false };

export function copyingOf(base: { readonly parameters: number }): Copying {
  return { priorScale: priorScale(base), mayDraft: true };
}

export interface CopyRequest extends CopyContext {
  readonly prior: boolean;
  readonly draft: boolean;
}

export interface CopyDecoding {
  /** Returns the prior and the guesses of a request, if it asks for them and the base uses them. */
  of(request: CopyRequest, requiredText: string): { prior?: Prior; drafts?: DraftSource };
  /** Keeps the last suggestion: if the user deviates from it, the rest is often right again. Guesses use it, the prior does not. */
  remember(prefix: string, suggestion: string): void;
}

export function copyDecoding(
  { tokenizer, detokenize }: DecodingVocabulary,
  { priorScale: scale, mayDraft }: Copying,
): CopyDecoding {
  const tokens = copyTokens(tokenizer);
  const pace = draftPace();
  let last: CopySource = { text: "", kind: "before", isNear: true };
  return {
    of: (request, requiredText) => {
      const setting = { copies: copyModel(request), tokens, requiredText };
      const tail = request.prefix.slice(-longestMatch);
      const suggested = last;
      /** The text with the longest match. */
      const likely = (written: string): { readonly text: string; readonly length: number } | undefined => {
        const [copy] = setting.copies(written);
        const [again] = findCopies([suggested], tail + written, 1);
        if (!again || again.length < (copy?.length ?? 0)) return copy;
        return { text: suggested.text.slice(again.at), length: again.length };
      };
      return {
        ...(request.prior && scale > 0 && { prior: copyPrior(setting, learnedWeights, scale) }),
        ...(request.draft && mayDraft && { drafts: copyDrafts(likely, requiredText, { tokenizer, detokenize, pace }) }),
      };
    },
    remember: (prefix, suggestion) => {
      last = { ...last, text: prefix.slice(-longestMatch) + suggestion };
    },
  };
}
