/** How a completer decodes with copied text: the prior, and the guesses of draft tokens. */

import { draftPace } from "../../inference/drafts/draftPace.ts";
import type { DraftSource } from "../../inference/drafts/draftSource.ts";
import type { Prior } from "../../inference/decoding/prior.ts";
import type { DecodingVocabulary } from "../../inference/decoding/vocabulary.ts";
import { copyDrafts } from "./copyDrafts.ts";
import { copyModel, type CopyContext } from "./copyModel.ts";
import { copyPrior } from "./copyPrior.ts";
import { copyTokens } from "./copyTokens.ts";
import { learnedWeights } from "./mixtureWeights.ts";
import { priorScale } from "./priorScale.ts";

/** What a base does with copied text. */
export interface Copying {
  /** The weight of copied text beside the model, from 0 to 1. */
  readonly priorScale: number;
  /** Whether to guess tokens; the tree must answer spans that ask for several. */
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

/** Returns a function that gives each request its prior and its guesses, where it asks for them and the base has them. */
export function copyDecoding(
  { tokenizer, detokenize }: DecodingVocabulary,
  { priorScale: scale, mayDraft }: Copying,
): (request: CopyRequest, requiredText: string) => { prior?: Prior; drafts?: DraftSource } {
  const tokens = copyTokens(tokenizer);
  const pace = draftPace();
  return (request, requiredText) => {
    const setting = { copies: copyModel(request), tokens, requiredText };
    return {
      ...(request.prior && scale > 0 && { prior: copyPrior(setting, learnedWeights, scale) }),
      ...(request.draft && mayDraft && { drafts: copyDrafts(setting, { tokenizer, detokenize, pace }) }),
    };
  };
}
