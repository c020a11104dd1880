/** A request to continue prompts, and the strategies that carry it out. */

import { seededRandom } from "../../foundation/random.ts";
import type { DraftSource } from "../drafts/draftSource.ts";
import { beamSearch } from "./beamSearch.ts";
import type { DecodingRules, Draft, StopRule } from "./continuation.ts";
import { withHealing } from "./healing.ts";
import { withPrior, type Prior } from "./prior.ts";
import { greedyToken, sampledToken, sampleTokens } from "./sampleTokens.ts";
import type { DecodingStrategy } from "./strategy.ts";
import type { DecodingVocabulary } from "./vocabulary.ts";

export type Decoding =
  | { readonly kind: "greedy" }
  /** A beam search `width` beams wide that returns the `returned` best continuations. */
  | { readonly kind: "beams"; readonly width: number; readonly returned: number }
  /**
   * `count` samples for each prompt. Each has its own random stream, from seed, prompt and number, or the stream named
   * here.
   */
  | {
      readonly kind: "sampling";
      readonly temperature: number;
      readonly topP: number;
      readonly count: number;
      readonly seed: number;
      readonly stream?: string;
    };

export interface DecodingRequest<Rule extends string> {
  readonly decoding: Decoding;
  /** The token limit of a continuation. */
  readonly maxTokens: number;
  readonly stopRule: StopRule<Rule>;
  /**
   * Token healing: the text that every continuation must begin with. It is not part of the result, and does not count
   * as tokens. If given, even if empty, continuations of an encoder's prompts begin with the tokenizer's mark, as
   * models such as CodeT5+ learn.
   */
  readonly requiredText?: string;
  /** Whether to ban infilling markers. */
  readonly bansInfillingMarkers?: boolean;
  readonly stopsOnRepetition?: boolean;
  /** Mixed into every distribution before the strategy chooses. */
  readonly prior?: Prior | undefined;
  /** Guesses tokens, for greedy decoding and single samples. */
  readonly drafts?: DraftSource | undefined;
}

/** A prompt as the model reads it, the strategies that continue it, and the number of continuations to return. */
export interface PromptDecoding<Rule extends string> {
  readonly prompt: readonly number[];
  readonly strategies: readonly DecodingStrategy<Rule>[];
  readonly returned: number;
  readonly drafts?: DraftSource | undefined;
}

/** @param hasEncoder whether an encoder reads the prompt, which then ends with the tokenizer's end marks */
export function promptDecoding<Rule extends string>(
  ids: readonly number[],
  request: DecodingRequest<Rule>,
  vocabulary: DecodingVocabulary,
  hasEncoder: boolean,
): PromptDecoding<Rule> {
  const { decoding, requiredText } = request;
  const { tokenizer, stopTokens, detokenize, infillingMarkers } = vocabulary;
  const rules: DecodingRules<Rule> = {
    maxTokens: request.maxTokens,
    requiredText: requiredText ?? "",
    stopRule: request.stopRule,
    stopTokens,
    bannedTokens: request.bansInfillingMarkers ? infillingMarkers : new Set(),
    stopsOnRepetition: request.stopsOnRepetition ?? false,
    detokenize,
  };
  const beginning = hasEncoder ? tokenizer.beginning : [];
  const needsHealing = requiredText !== undefined && requiredText.length + beginning.length > 0;
  const started = (begin: (start?: Draft) => DecodingStrategy<Rule>): DecodingStrategy<Rule> => {
    const strategy = needsHealing ? withHealing(tokenizer, beginning, rules, begin) : begin();
    return request.prior ? withPrior(request.prior, detokenize, strategy) : strategy;
  };
  const prompt = hasEncoder ? [...ids, ...tokenizer.ending] : ids;
  switch (decoding.kind) {
    case "greedy":
      return {
        prompt,
        strategies: [started((start) => sampleTokens(greedyToken, rules, start))],
        returned: 1,
        drafts: request.drafts,
      };
    case "beams": {
      const { width, returned } = decoding;
      return { prompt, strategies: [started((start) => beamSearch(width, rules, start))], returned };
    }
    case "sampling": {
      const { count, seed, stream, ...options } = decoding;
      const strategies = Array.from({ length: count }, (_, i) => {
        const random = seededRandom(seed, stream ?? `draw ${i} behind ${ids.join(" ")}`);
        return started((start) => sampleTokens(sampledToken(options, random), rules, start));
      });
      return { prompt, strategies, returned: count, drafts: count === 1 ? request.drafts : undefined };
    }
  }
}
