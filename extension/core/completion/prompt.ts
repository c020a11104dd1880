/**
 * Builds the model's prompt: other files, path, prefix and suffix as tokens, in the order of the model's training. Between two
 * keystrokes, as few tokens as possible change, and only near the end, so that the KV cache of the others stays valid.
 */

import { LRUCache } from "lru-cache";
import type { Place, Tokenizer } from "../tokenizer/tokenizer.ts";
import { fillPrompt } from "../tokenizer/fillInTheMiddle.ts";
import { promptFronts, type FrontText } from "./context/promptFront.ts";

export interface PromptText extends FrontText {
  readonly prefix: string;
  readonly suffix: string;
}

export interface Prompt {
  readonly ids: readonly number[];
  /**
   * Token healing: the end of the prefix that is not in `ids`. The model writes it again, so every continuation begins
   * with it.
   */
  readonly requiredText: string;
}

/** Limits in tokens. */
export interface PromptBudget {
  readonly prefix: number;
  /** Small: if the prefix comes first, every keystroke makes the model read the whole suffix again. */
  readonly suffix: number;
  /** For parts of other files. */
  readonly context?: number;
  /** For prefix and parts of other files together. If that is less than the sum of their limits, the prefix shrinks. */
  readonly both?: number;
}

/** The share of the budget that a moved window fills. The rest is room to type before the window moves again. */
const refill = 0.7;
/** Bounds of the characters per token in any code. */
const [fewestCharacters, mostCharacters] = [1, 8];
/** The number of files whose windows are remembered. */
const anchorsKept = 8;
/** The number of characters at the start of the old window that are searched for in the new prefix. */
const anchorLength = 400;
/** The prefix shrinks by a multiple of this many tokens, so that its window seldom moves when the context changes. */
const windowStep = 128;
/** The number of characters to inspect at the end: more than the longest run of blanks in one token. */
const blanksLookedAt = 200;

export type PromptBuilder = (text: PromptText) => Prompt;

/** Returns a function that builds prompts, and remembers where the last window of each file began. */
export function promptBuilder(tokenizer: Tokenizer, budget: PromptBudget): PromptBuilder {
  const frontOf = promptFronts(tokenizer, budget.context ?? 0);
  /** By path. */
  const anchors = new LRUCache<string, string>({ max: anchorsKept });

  /** Returns the end of the prefix, from the start of a line, as tokens. */
  const windowOf = (path: string, prefix: string, limit: number, place: Place): readonly number[] => {
    let start = windowStart(prefix, anchors.get(path) ?? "", limit * mostCharacters);
    let ids = tokenizer.encode(prefix.slice(start), place);
    while (ids.length > limit) {
      const perToken = Math.max(fewestCharacters, (prefix.length - start) / ids.length);
      const characters = Math.floor(limit * refill * perToken);
      start = Math.max(start + 1, lineStartAfter(prefix, prefix.length - characters));
      ids = tokenizer.encode(prefix.slice(start), place);
    }
    anchors.set(path, start === 0 ? "" : prefix.slice(start, start + anchorLength));
    return ids;
  };

  const suffixIds = (suffix: string): readonly number[] => {
    const ids = tokenizer.encode(suffix.slice(0, budget.suffix * mostCharacters), "inside");
    return ids.slice(0, budget.suffix);
  };

  return ({ path, repositoryName, context, prefix, suffix }) => {
    const markers = tokenizer.fillInTheMiddle;
    const { outside, inside, contextLength } = frontOf({ path, repositoryName, context });
    const window = windowOf(
      path ?? "",
      prefix,
      prefixLimit(budget, contextLength),
      inside.length > 0 ? "inside" : "start",
    );
    const start = [...tokenizer.beginning, ...outside];
    // Without text after the cursor there is no hole: models are trained on plain texts and instructions this way.
    const isHole = suffix.trim() !== "";
    if (isHole && markers?.order === "prefix-first") {
      const before = [...inside, ...window];
      return { ids: [...start, ...fillPrompt(markers, before, suffixIds(suffix))], requiredText: "" };
    }
    // In all other formats, the model continues directly after the prefix.
    const { ids: kept, requiredText } = withTokenHealing(window, prefix, tokenizer);
    const ids = [...inside, ...kept];
    if (isHole && markers?.order === "suffix-first") {
      return { ids: [...start, ...fillPrompt(markers, ids, suffixIds(suffix))], requiredText };
    }
    // The model needs at least one token to continue from; the end-of-text token also precedes a text.
    return { ids: start.length + ids.length > 0 ? [...start, ...ids] : [tokenizer.endOfText], requiredText };
  };
}

/** Returns the prefix's limit in tokens when the prompt holds this many tokens of other files. */
function prefixLimit({ prefix, both = Infinity }: PromptBudget, contextLength: number): number {
  return Math.max(1, Math.min(prefix, both - Math.ceil(contextLength / windowStep) * windowStep));
}

/**
 * Removes the tokens from the end that depend on the text typed next: the tokens of a word that may continue ("pri" is another
 * token in "print"), and blanks and signs that belong to the word after them. Models know whole words, and complete pieces of words
 * badly: on the embedded base, the rest of the line is right at 14 % of random places with token healing, and at 5 % without.
 */
function withTokenHealing(ids: readonly number[], prefix: string, tokenizer: Tokenizer): Prompt {
  const [word = ""] = /\w+$/.exec(prefix.slice(prefix.lastIndexOf("\n") + 1)) ?? [];
  let kept = ids.length;
  const rest = (): string => tokenizer.decode(ids.slice(kept), kept === 0 ? "start" : "inside");
  if (word !== "") {
    while (kept > 0 && rest().length < word.length) kept--;
  } else {
    // The tokenizer decides whether blanks and signs, such as "(" or ".", belong to the word after them.
    const end = prefix.slice(-blanksLookedAt);
    const [alone, followed] = [tokenizer.encode(end), tokenizer.encode(`${end}x`)];
    const changed = alone.findIndex((id, i) => id !== followed[i]);
    if (changed >= 0) kept -= Math.min(kept, alone.length - changed);
  }
  return { ids: ids.slice(0, kept), requiredText: rest() };
}

/** Returns where the last window began if that is still within `limit` characters, otherwise the first line start within it. */
function windowStart(prefix: string, anchor: string, limit: number): number {
  const earliest = prefix.length - limit;
  const known = anchor === "" ? -1 : prefix.indexOf(anchor, Math.max(0, earliest));
  if (known >= 0 && (known === 0 || prefix[known - 1] === "\n")) return known;
  return lineStartAfter(prefix, earliest);
}

/** Returns the next line start from `position` on, or `position` itself in the last line. */
function lineStartAfter(text: string, position: number): number {
  if (position <= 0) return 0;
  const newline = text.indexOf("\n", position - 1);
  return newline < 0 ? position : newline + 1;
}
