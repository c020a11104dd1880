/** A tokenizer with one token a character, and a decoder that continues a text as it is told. */

import type { Decoder } from "../../../extension/core/inference/tree/decoder.ts";
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
  fillInTheMiddle: {
    order: "prefix-first",
    opening: [special.prefix],
    between: [special.suffix],
    closing: [special.middle],
    end: special.endOfText,
    stops: [special.endOfText, special.file],
    fileSeparator: special.file,
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

/**
 * As the tokenizers of GPT-2 and Qwen cut: a blank before a word belongs to it. Ids of longer tokens are given as they
 * come up.
 */
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

export interface FakeDecoder extends Decoder {
  /** How many tokens each call of `extend` read. */
  readonly reads: number[];
  adapters: readonly unknown[];
}

/** @param answer what follows the prompt, which is given with special tokens by name; then comes the end of text */
export function fakeDecoder(answer: (prompt: string) => string, contextLength = 4096): FakeDecoder {
  let tokens: number[] = [];
  let promptLength = 0;
  const reads: number[] = [];
  const fake: FakeDecoder = {
    vocabularySize,
    hasEncoder: false,
    contextLength,
    reads,
    adapters: [],
    get tokens() {
      return tokens;
    },
    async begin(prompt, signal) {
      let common = 0;
      while (common < prompt.length - 1 && tokens[common] === prompt[common]) common++;
      fake.rewind(common);
      return await fake.extend(prompt.slice(common), signal);
    },
    async extend(ids, signal) {
      signal?.throwIfAborted();
      tokens = [...tokens, ...ids];
      reads.push(ids.length);
      const logits = new Float32Array(vocabularySize).fill(-5);
      // One at a time is generated; the end of a longer run is the end of a prompt.
      if (ids.length > 1 || promptLength === 0) promptLength = tokens.length;
      const text = answer(shown(tokens.slice(0, promptLength)));
      const next = text[tokens.length - promptLength];
      logits[next === undefined ? special.endOfText : next.charCodeAt(0)] = 5;
      return logits;
    },
    extendAll: () => Promise.reject(new Error("not asked for")),
    rewind(length) {
      tokens = tokens.slice(0, length);
    },
    useAdapters(active) {
      this.adapters = active;
      tokens = [];
    },
    release: async () => {},
  };
  return fake;
}

/** The text before and after the mark "|". */
export function at(marked: string): { prefix: string; suffix: string } {
  const cursor = marked.indexOf("|");
  return { prefix: marked.slice(0, cursor), suffix: marked.slice(cursor + 1) };
}
