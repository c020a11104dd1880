/**
 * The bits that a text costs a base that predicts each token from the true ones before it.
 * scripts/pretrain/evaluate.py does the same for single files.
 */

import { promptFronts } from "../../completion/context/promptFront.ts";
import { logProbability } from "../../inference/decoding/sampling.ts";
import type { Decoder } from "../../inference/tree/decoder.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import type { SourceFile } from "../suites/heldOut.ts";
import type { BitsOptions } from "./candidate.ts";

export interface BitsModel {
  readonly decoder: Decoder;
  readonly tokenizer: Tokenizer;
  /** The most tokens of other files in front of a window. */
  readonly contextTokens?: number;
}

/** In tokens. Each window starts with the last token of the previous one, and sees no more of the same file. */
const longestWindow = 1024;

/** A reading: after `front`, the model predicts the tokens `first` to `last`. Those from `counted` on count. */
interface Reading {
  readonly front: readonly number[];
  readonly first: number;
  readonly last: number;
  readonly counted: number;
}

/**
 * Returns the bits of the whole text after the file's path, in windows. The model reads the path, which does not
 * count. Divided by UTF-8 bytes, the bits compare bases with different tokenizers.
 *
 * @throws the signal's reason once it is aborted
 */
export async function textBits(model: BitsModel, file: SourceFile, options: BitsOptions = {}): Promise<number> {
  const { decoder, tokenizer } = model;
  const { vocabularySize } = decoder;
  const { ids, header } = fileTokens(tokenizer, file, options.hasPath);
  let nats = 0;
  for (const { front, first, last, counted } of readings(model, file, options, { ids, header })) {
    // An encoder reads only the front.
    const after = await decoder.begin(front, options.signal);
    const read = ids.slice(first, last);
    const others = read.length > 0 ? await decoder.extendAll(read, options.signal) : new Float32Array();
    for (let next = Math.max(first, counted); next <= last; next++) {
      const row =
        next === first ? after : others.subarray((next - first - 1) * vocabularySize, (next - first) * vocabularySize);
      nats -= logProbability(row, ids[next]!);
    }
  }
  return nats / Math.LN2;
}

/**
 * Yields the windows of a file. With a context, the first window is read twice: up to the end of the imports without the context, and from
 * there on with it.
 */
function* readings(
  { decoder, tokenizer, contextTokens = 0 }: BitsModel,
  { path, text }: SourceFile,
  { contextAfter }: BitsOptions,
  { ids, header }: { readonly ids: readonly number[]; readonly header: number },
): Generator<Reading> {
  const window = Math.min(longestWindow, decoder.contextLength);
  const frontOf = promptFronts(tokenizer, contextTokens);
  const end = ids.length - 1;
  /** Returns the context in front of the text after `prefix`, and the path; empty without context or room for it. */
  const contextFront = (prefix: string, length: number): readonly number[] => {
    if (!contextAfter) return [];
    const { outside, inside, contextLength } = frontOf({ path, context: contextAfter(prefix) });
    const front = [...tokenizer.beginning, ...outside, ...inside];
    return contextLength > 0 && front.length + length < decoder.contextLength ? front : [];
  };
  for (let start = 0; start < end; start += window) {
    const last = Math.min(start + window, end);
    const plain = { front: [ids[start]!], first: start + 1, last, counted: header };
    const prefix = start === 0 ? text.slice(0, endOfImports(text)) : tokenizer.decode(ids.slice(header, start + 1));
    const front = contextFront(prefix, last - start);
    if (front.length === 0) {
      yield plain;
      continue;
    }
    const imports = start === 0 ? header + tokenizer.encode(prefix).length : start + 1;
    if (start === 0 && imports > header) yield { ...plain, last: Math.min(last, imports - 1) };
    if (imports <= last) yield { front, first: start === 0 ? header : start, last, counted: imports };
  }
}

/** Returns the end of the last import at the start of lines, before anything is defined. */
function endOfImports(text: string): number {
  const defined = /^(?:def|class|async def|@)/m.exec(text)?.index ?? text.length;
  const imports = [...text.slice(0, defined).matchAll(/^(?:import|from)\s[^(\n]*(?:\([^)]*\))?.*\n/gm)];
  const last = imports.at(-1);
  return last ? last.index + last[0].length : 0;
}

/**
 * Returns the tokens of a file after its path, and the length of the header in front of them. The header has at least one token, so that
 * the model predicts the first token of the text, too.
 */
export function fileTokens(
  tokenizer: Tokenizer,
  { path, text }: SourceFile,
  hasPath = true,
): { ids: number[]; header: number } {
  const separator = hasPath ? tokenizer.fillInTheMiddle?.fileSeparator : undefined;
  const header = separator === undefined ? [tokenizer.endOfText] : [separator, ...tokenizer.encode(`${path}\n`)];
  return { ids: header.concat(tokenizer.encode(text)), header: header.length };
}
