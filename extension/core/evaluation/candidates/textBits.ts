/** What a text costs a base, each token predicted from the true ones before it. scripts/pretrain/evaluate.py does the same. */

import { logProbability } from "../../inference/decoding/sampling.ts";
import type { Decoder } from "../../inference/tree/decoder.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import type { SourceFile } from "../suites/heldOut.ts";

/** In tokens. Each window starts anew, with the last token of the one before it. */
const longestWindow = 1024;

/**
 * Bits of the whole text behind the file's path, in windows: the path is read, and not counted. Over UTF-8 bytes this
 * compares bases of different tokenizers.
 *
 * @throws the signal's reason once it is aborted
 */
export async function textBits(
  { decoder, tokenizer }: { readonly decoder: Decoder; readonly tokenizer: Tokenizer },
  file: SourceFile,
  signal?: AbortSignal,
): Promise<number> {
  const { vocabularySize } = decoder;
  const { ids, header } = fileTokens(tokenizer, file);
  const window = Math.min(longestWindow, decoder.contextLength);
  let nats = 0;
  for (let start = 0; start < ids.length - 1; start += window) {
    const read = ids.slice(start, Math.min(start + window, ids.length - 1));
    // An encoder, where there is one, reads the first token alone.
    const first = await decoder.begin(read.slice(0, 1), signal);
    const others = read.length > 1 ? await decoder.extendAll(read.slice(1), signal) : new Float32Array();
    for (const i of read.keys()) {
      const next = start + i + 1;
      if (next < header) continue;
      const row = i === 0 ? first : others.subarray((i - 1) * vocabularySize, i * vocabularySize);
      nats -= logProbability(row, ids[next]!);
    }
  }
  return nats / Math.LN2;
}

/** The tokens of a file behind its path, and how many of them are its header: at least one, from which the text follows. */
export function fileTokens(tokenizer: Tokenizer, { path, text }: SourceFile): { ids: number[]; header: number } {
  const separator = tokenizer.fillInTheMiddle?.fileSeparator;
  const header = separator === undefined ? [tokenizer.endOfText] : [separator, ...tokenizer.encode(`${path}\n`)];
  return { ids: header.concat(tokenizer.encode(text)), header: header.length };
}
