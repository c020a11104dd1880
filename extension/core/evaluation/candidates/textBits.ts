/**
 * The bits that a text costs a base that predicts each token from the true ones before it.
 * scripts/pretrain/evaluate.py does the same.
 */

import { logProbability } from "../../inference/decoding/sampling.ts";
import type { Decoder } from "../../inference/tree/decoder.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import type { SourceFile } from "../suites/heldOut.ts";

/** In tokens. Each window starts with the last token of the previous one, and no other context. */
const longestWindow = 1024;

/**
 * Returns the bits of the whole text after the file's path, in windows. The model reads the path, which does not
 * count. Divided by UTF-8 bytes, the bits compare bases with different tokenizers.
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
    // An encoder reads only the first token.
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

/**
 * Returns the tokens of a file after its path, and the length of the header in front: at least one token, from which
 * the text follows.
 */
export function fileTokens(tokenizer: Tokenizer, { path, text }: SourceFile): { ids: number[]; header: number } {
  const separator = tokenizer.fillInTheMiddle?.fileSeparator;
  const header = separator === undefined ? [tokenizer.endOfText] : [separator, ...tokenizer.encode(`${path}\n`)];
  return { ids: header.concat(tokenizer.encode(text)), header: header.length };
}
