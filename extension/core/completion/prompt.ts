/**
 * What the model reads: path, prefix, suffix, as tokens, in the order that the model was taught. Between two keystrokes as
 * little as possible of it changes, and that near its end, so that the KV cache of the rest stays good.
 */

import { type Tokenizer } from "../tokenizer/tokenizer.ts";
import { fillPrompt } from "../tokenizer/fillInTheMiddle.ts";

export interface PromptText {
  /** Of the file. */
  readonly path?: string | undefined;
  readonly prefix: string;
  readonly suffix: string;
}

export interface Prompt {
  readonly ids: readonly number[];
  /** Token healing: the end of the prefix that is not in `ids`; the model writes it again, so a continuation has to begin with it. */
  readonly requiredText: string;
}

/** In tokens. */
export interface PromptBudget {
  readonly prefix: number;
  /** Small: where the prefix comes first, every token of it is read anew at every keystroke. */
  readonly suffix: number;
}

/** Where a new start of the window is set: the rest is room to type before it has to move again. */
const refill = 0.7;
/** At least as many characters as a token has in any code, and at most. */
const [fewestCharacters, mostCharacters] = [1, 8];
/** How much of the old window's beginning is looked for in the new prefix. */
const anchorLength = 400;
/** The end of a path says what a file is about. */
const pathSegments = 3;
/** In tokens. */
const longestPath = 32;
/** In characters: more than any run of blanks that is one token. */
const blanksLookedAt = 200;

/** Builds prompts for one file after the other; remembers where the last window began. */
export function promptBuilder(tokenizer: Tokenizer, budget: PromptBudget): (text: PromptText) => Prompt {
  let anchor = "";

  /** The end of the prefix, from the start of a line, as tokens. */
  const windowOf = (prefix: string): readonly number[] => {
    let start = windowStart(prefix, anchor, budget.prefix * mostCharacters);
    let ids = tokenizer.encode(prefix.slice(start));
    while (ids.length > budget.prefix) {
      const perToken = Math.max(fewestCharacters, (prefix.length - start) / ids.length);
      const characters = Math.floor(budget.prefix * refill * perToken);
      start = Math.max(start + 1, lineStartAfter(prefix, prefix.length - characters));
      ids = tokenizer.encode(prefix.slice(start));
    }
    anchor = start === 0 ? "" : prefix.slice(start, start + anchorLength);
    return ids;
  };

  const suffixIds = (suffix: string): readonly number[] => {
    const ids = tokenizer.encode(suffix.slice(0, budget.suffix * mostCharacters), "inside");
    return ids.slice(0, budget.suffix);
  };

  return ({ path, prefix, suffix }) => {
    const markers = tokenizer.fillInTheMiddle;
    const header = path && markers?.fileSeparator !== undefined ? tokenizer.encode(`${pathEnd(path)}\n`) : [];
    const file = header.length > 0 ? [markers!.fileSeparator!, ...header.slice(-longestPath)] : [];
    const start = [...tokenizer.beginning, ...file];
    // Where nothing follows there is no gap: this is how texts and instructions are trained on.
    const isGap = suffix.trim() !== "";
    if (isGap && markers?.order === "prefix-first") {
      return { ids: [...start, ...fillPrompt(markers, windowOf(prefix), suffixIds(suffix))], requiredText: "" };
    }
    // From here on, the model goes on right where the prefix ends.
    const { ids, requiredText } = withTokenHealing(windowOf(prefix), prefix, tokenizer);
    if (isGap && markers?.order === "suffix-first") {
      return { ids: [...start, ...fillPrompt(markers, ids, suffixIds(suffix))], requiredText };
    }
    // Without a single token there is nothing to go on from; the end of a text is also what comes before one.
    return { ids: start.length + ids.length > 0 ? [...start, ...ids] : [tokenizer.endOfText], requiredText };
  };
}

/**
 * Removes the tokens from the end that depend on what is typed next: those of a word that may go on ("pri" is another token
 * in "print"), and blanks that belong to the word after them. Models know whole words, and complete the pieces of one
 * badly: on the embedded base the rest of a line is right at 14 % of random places with token healing, and at 5 % without.
 */
function withTokenHealing(ids: readonly number[], prefix: string, tokenizer: Tokenizer): Prompt {
  const [word = ""] = /\w+$/.exec(prefix) ?? [];
  let kept = ids.length;
  const rest = (): string => tokenizer.decode(ids.slice(kept), kept === 0 ? "start" : "inside");
  if (word !== "") {
    while (kept > 0 && rest().length < word.length) kept--;
  } else if (/[ \t]$/.test(prefix)) {
    // Whether blanks belong to the word behind them is for the tokenizer to say.
    const end = prefix.slice(-blanksLookedAt);
    const [alone, followed] = [tokenizer.encode(end), tokenizer.encode(`${end}x`)];
    const changed = alone.findIndex((id, i) => id !== followed[i]);
    if (changed >= 0) kept -= Math.min(kept, alone.length - changed);
  }
  return { ids: ids.slice(0, kept), requiredText: rest() };
}

/** Where the last window began, if that is still within `limit` characters; else the first line start that is. */
function windowStart(prefix: string, anchor: string, limit: number): number {
  const earliest = prefix.length - limit;
  const known = anchor === "" ? -1 : prefix.indexOf(anchor, Math.max(0, earliest));
  if (known >= 0 && (known === 0 || prefix[known - 1] === "\n")) return known;
  return lineStartAfter(prefix, earliest);
}

/** The next start of a line from `position` on; a line that goes on to the end of the text is cut anywhere. */
function lineStartAfter(text: string, position: number): number {
  if (position <= 0) return 0;
  const newline = text.indexOf("\n", position - 1);
  return newline < 0 ? position : newline + 1;
}

function pathEnd(path: string): string {
  return path.split(/[\\/]/).filter(Boolean).slice(-pathSegments).join("/");
}
