/**
 * Encodes a text line by line and remembers the lines: nearly all of the text before a cursor was already there at the previous
 * keystroke, or at the previous cursor in a file to train on. Applies only to tokenizers without tokens that cross the end of such
 * a line.
 */

import { LRUCache } from "lru-cache";
import { graftWords, llama3Words, qwenWords } from "./knownPatterns.ts";
import { partsOf, type EncoderFiles, type TokenEncoder } from "./tokenEncoder.ts";

/** Characters after which a line break begins another word, as classes of a regular expression. */
const [anySign, lettersAndDigits] = ["[!-~]", "[A-Za-z0-9]"];
/** The patterns of Qwen and Llama match line breaks and the punctuation before them as one word, such as ":\n". */
const lineEnds: Readonly<Record<string, string>> = {
  [graftWords]: anySign,
  [qwenWords]: lettersAndDigits,
  [llama3Words]: lettersAndDigits,
};
const remembered = 4096;
/** Longer lines, in characters, are not remembered. */
const longestLine = 400;

/** Returns an encoder that gives the same tokens as `encode`; `encode` itself where that is not certain. */
export function lineByLine(json: EncoderFiles, encode: TokenEncoder): TokenEncoder {
  const end = lineEndOf(json);
  if (end === undefined) return encode;
  const boundary = new RegExp(`(?<=${end})(?=\n)`);
  const known = new LRUCache<string, readonly number[]>({ max: remembered });
  const encodeLine = (line: string): readonly number[] => {
    const before = known.get(line);
    if (before) return before;
    const ids = encode(line, true);
    if (line.length <= longestLine) known.set(line, ids);
    return ids;
  };
  // These tokenizers do not mark the start of a text.
  return (text) => text.split(boundary).flatMap(encodeLine);
}

function lineEndOf({ normalizer, pre_tokenizer, added_tokens }: EncoderFiles): string | undefined {
  const isPlain = partsOf(normalizer).every(({ type }) => type === "NFC");
  // An added token may take the blanks around it.
  if (!isPlain || added_tokens.length > 0) return undefined;
  const parts = partsOf(pre_tokenizer);
  const ends = parts.map((part) => {
    if (part.type === "Digits") return anySign;
    if (part.type === "ByteLevel") return part["add_prefix_space"] === false ? anySign : undefined;
    const { Regex: regex } = (part["pattern"] ?? {}) as { readonly Regex?: unknown };
    const isSplit = part.type === "Split" && part["behavior"] === "Isolated" && part["invert"] !== true;
    return isSplit && typeof regex === "string" ? lineEnds[regex] : undefined;
  });
  if (ends.length === 0 || ends.includes(undefined)) return undefined;
  return ends.includes(lettersAndDigits) ? lettersAndDigits : anySign;
}
