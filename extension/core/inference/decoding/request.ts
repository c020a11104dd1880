/** A request to continue prompts, and the strategies that carry it out. Whoever asks sets the rules; the loop is one for all. */

import { seededRandom } from "../../foundation/random.ts";
import { beamSearch } from "./beamSearch.ts";
import type { DecodingRules, Draft, StopRule } from "./continuation.ts";
import { withHealing } from "./healing.ts";
import { greedyToken, sampledToken, sampleTokens } from "./sampleTokens.ts";
import type { DecodingStrategy } from "./strategy.ts";
import type { DecodingVocabulary } from "./vocabulary.ts";

export type Decoding =
  | { readonly kind: "greedy" }
  /** A search `width` beams wide; the `returned` best continuations are given. */
  | { readonly kind: "beams"; readonly width: number; readonly returned: number }
  /** `count` samples for each prompt. Each has a random stream of its own, from seed, prompt and number, or the one named. */
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
  /** The most tokens of a continuation. */
  readonly maxTokens: number;
  readonly stopRule: StopRule<Rule>;
  /**
   * Token healing: the text that every continuation has to begin with; it is no part of the result, and does not count. Where
   * given, even if empty, continuations of an encoder's prompts begin with the tokenizer's mark, as models such as CodeT5+ learn.
   */
  readonly requiredText?: string;
  /** Whether the markers of a gap are never chosen. */
  readonly bansGapMarkers?: boolean;
  readonly stopsOnRepetition?: boolean;
}

/** A prompt as the model reads it, the strategies that continue it, and how many continuations are asked for. */
export interface PromptDecoding<Rule extends string> {
  readonly prompt: readonly number[];
  readonly strategies: readonly DecodingStrategy<Rule>[];
  readonly returned: number;
}

/** @param hasEncoder an encoder reads a text with its end, as the tokenizer marks it */
export function promptDecoding<Rule extends string>(
  ids: readonly number[],
  request: DecodingRequest<Rule>,
  vocabulary: DecodingVocabulary,
  hasEncoder: boolean,
): PromptDecoding<Rule> {
  const { decoding, requiredText } = request;
  const { tokenizer, stopTokens, detokenize, gapMarkers } = vocabulary;
  const rules: DecodingRules<Rule> = {
    maxTokens: request.maxTokens,
    requiredText: requiredText ?? "",
    stopRule: request.stopRule,
    stopTokens,
    bannedTokens: request.bansGapMarkers ? gapMarkers : new Set(),
    stopsOnRepetition: request.stopsOnRepetition ?? false,
    detokenize,
  };
  const beginning = hasEncoder ? tokenizer.beginning : [];
  const needsHealing = requiredText !== undefined && requiredText.length + beginning.length > 0;
  const started = (begin: (start?: Draft) => DecodingStrategy<Rule>): DecodingStrategy<Rule> =>
    needsHealing ? withHealing(tokenizer, beginning, rules, begin) : begin();
  const prompt = hasEncoder ? [...ids, ...tokenizer.ending] : ids;
  switch (decoding.kind) {
    case "greedy":
      return { prompt, strategies: [started((start) => sampleTokens(greedyToken, rules, start))], returned: 1 };
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
      return { prompt, strategies, returned: count };
    }
  }
}
