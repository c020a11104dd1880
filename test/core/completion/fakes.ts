/** A tokenizer with one token a character, and a token tree that continues a text as the test says. */

import { logProbability } from "../../../extension/core/inference/decoding/sampling.ts";
import { addChild, rootAfter, tokensTo } from "../../../extension/core/inference/tree/tokenNode.ts";
import type { TokenTree } from "../../../extension/core/inference/tree/tokenTree.ts";
import type { Tokenizer } from "../../../extension/core/tokenizer/tokenizer.ts";

/** Ids of special tokens; a character's id is its code. */
export const special = { endOfText: 1, prefix: 2, suffix: 3, middle: 4, file: 5 } as const;
const names = new Map<number, string>([
  [special.endOfText, "<end>"],
  [special.prefix, "<pre>"],
  [special.suffix, "<suf>"],
  [special.middle, "<mid>"],
  [special.file, "<file>"],
]);
const vocabularySize = 256;

export const characters: Tokenizer = {
  vocabularySize,
  endOfText: special.endOfText,
  beginning: [],
  ending: [],
  specialIds: new Set(names.keys()),
  encode: (text) => [...text].map((char) => char.charCodeAt(0)),
  decode: (ids) =>
    ids
      .filter((id) => !names.has(id))
      .map((id) => String.fromCharCode(id))
      .join(""),
  id: () => undefined,
  nameOf: (id) => names.get(id) ?? String.fromCharCode(id),
  fillInTheMiddle: {
    order: "prefix-first",
    opening: [special.prefix],
    between: [special.suffix],
    closing: [special.middle],
    end: special.endOfText,
    stops: [special.endOfText, special.file],
    fileSeparator: special.file,
    repository: { fileSeparator: special.file, isPathInside: false },
  },
};

export const suffixFirst: Tokenizer = {
  ...characters,
  fillInTheMiddle: {
    ...characters.fillInTheMiddle!,
    order: "suffix-first",
    opening: [special.prefix, special.suffix],
    between: [special.middle],
    closing: [],
  },
};

/** Cuts as the tokenizers of GPT-2 and Qwen do: a blank before a word belongs to it. Longer tokens get their ids as they first occur. */
export const words: Tokenizer = {
  ...characters,
  encode: (text) =>
    [...text.matchAll(/ ?\w+| +$| +(?= )|[^]/g)].map(([piece]) =>
      piece.length > 1 ? idOf(piece) : piece.charCodeAt(0),
    ),
  decode: (ids) => shown(ids.filter((id) => !names.has(id))),
};
const pieces: string[] = [];
const firstPiece = 1000;
function idOf(piece: string): number {
  const known = pieces.indexOf(piece);
  return firstPiece + (known >= 0 ? known : pieces.push(piece) - 1);
}

export const withoutGaps: Tokenizer = { ...characters, fillInTheMiddle: null };

/** Ids as text, special tokens by name. */
export function shown(ids: readonly number[]): string {
  return ids.map((id) => names.get(id) ?? pieces[id - firstPiece] ?? String.fromCharCode(id)).join("");
}

export interface FakeTree extends TokenTree {
  /** How many tokens each call of `read` read. */
  readonly reads: number[];
  adapters: readonly unknown[];
}

/**
 * A token tree that holds the last text that was read, and no other.
 *
 * @param answer what follows the prompt, which is given with special tokens by name; the end of text comes next
 */
export function fakeTree(answer: (prompt: string) => string, contextLength = 4096): FakeTree {
  let held: readonly number[] = [];
  let promptLength = 0;
  const reads: number[] = [];
  return {
    vocabularySize,
    hasEncoder: false,
    contextLength,
    longestPrompt: contextLength,
    mostTokens: Infinity,
    breadth: Infinity,
    reads,
    adapters: [],
    addPrompt: async (ids) => {
      promptLength = ids.length;
      return { parent: rootAfter(null), ids };
    },
    read: async ([span], { signal } = {}) => {
      signal?.throwIfAborted();
      const text = [...tokensTo(span!.parent), ...span!.ids];
      let known = 0;
      while (known < text.length - 1 && held[known] === text[known]) known++;
      reads.push(text.length - known);
      held = text;
      const logits = new Float32Array(vocabularySize).fill(-5);
      const next = answer(shown(text.slice(0, promptLength)))[text.length - promptLength];
      logits[next === undefined ? special.endOfText : next.charCodeAt(0)] = 5;
      return { leaves: [span!.ids.reduce(addChild, span!.parent)], logits };
    },
    topLogProbabilities: async (logits, count) => {
      const order = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]!).slice(0, count);
      return [{ tokens: order, logProbabilities: Float32Array.from(order, (token) => logProbability(logits, token)) }];
    },
    useAdapters(active) {
      this.adapters = active;
      held = [];
    },
    release: async () => {},
  };
}

/** The text before and after the mark "|". */
export function at(marked: string): { prefix: string; suffix: string } {
  const cursor = marked.indexOf("|");
  return { prefix: marked.slice(0, cursor), suffix: marked.slice(cursor + 1) };
}
