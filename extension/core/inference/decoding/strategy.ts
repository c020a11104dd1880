/** What every way of decoding is to the batch that it runs in: a search that is told what may come next, and says what does. */

import type { TopTokens } from "../tree/topLogProbabilities.ts";
import type { Generated } from "./generate.ts";
import type { Detokenizer } from "./detokenizer.ts";

/** What a model says of the token behind a leaf. */
export interface NextToken extends TopTokens {
  /** [vocabulary] */
  readonly logits: Float32Array;
}

/** Leaf i of the next step stands behind leaf `parents[i]` of this one, and is `tokens[i]`. Leaves without a child end. */
export interface Growth {
  readonly parents: readonly number[];
  readonly tokens: readonly number[];
}

/** One prompt's search for continuations, a step at a time. It knows no model and no other prompts. */
export interface Search<Rule extends string> {
  /** How many leaves it has at most. */
  readonly width: number;
  /** How many tokens it keeps side by side when it has most: as a rule, and at worst. */
  readonly room: number;
  readonly mostRoom: number;
  /** How many of the likeliest tokens it looks at, behind each leaf. */
  readonly considered: number;
  /** @param next what may follow each leaf, at first only one: the prompt. Null: the search is over. */
  advance(next: readonly NextToken[]): Growth | null;
  /** What has been found, best first; complete once the search is over. */
  found(): readonly Generated<Rule>[];
}

/** Where a text ends, and by which rule; null: it goes on. */
export type Ending<Rule extends string> = (text: string) => { readonly length: number; readonly by: Rule } | null;

/** Texts end sooner than a generous limit lets them, as a rule. */
export function usualLength(maxTokens: number): number {
  return Math.min(maxTokens, 128);
}

/** What all searches are told. */
export interface StrategyOptions<Rule extends string> {
  /** The most tokens of a continuation. */
  readonly maxTokens: number;
  /** The tokens that end a text. */
  readonly ends: ReadonlySet<number>;
  readonly ending: Ending<Rule>;
  readonly write: Detokenizer;
}
