/** Estimates how many characters of source code make one training sequence with a base's tokenizer. */

import type { Dataset, Example } from "../../dataset/example.ts";
import type { Sequence } from "../../dataset/sequence.ts";

/** Characters to tokenize for the estimate of characters per token. */
const sampled = 50_000;
/** Characters per token without source code to sample. */
const usual = 3;
/**
 * Length of a piece as a share of the longest sequence. A piece extends to the end of its line, and some code has more tokens
 * than the sample; a piece that is too long starts a second sequence, which is nearly all padding. This value gives the least
 * padding of 0.6 to 0.95.
 */
const filled = 0.86;

/** Returns the number of characters that become about one sequence of at most `maxLength` tokens. */
export async function pieceSizeFor(
  sources: readonly Dataset[],
  sequencesOf: (example: Example) => readonly Sequence[],
  maxLength: number,
): Promise<number> {
  let [characters, tokens] = [0, 0];
  for (const { kind, examples } of sources) {
    if (kind !== "source" || characters >= sampled) continue;
    for await (const entry of examples()) {
      if (!("kind" in entry) || entry.kind !== "text") continue;
      const text = entry.text.slice(0, sampled);
      characters += text.length;
      tokens += sequencesOf({ kind: "text", text, cut: true }).reduce((sum, { ids }) => sum + ids.length, 0);
      if (characters >= sampled) break;
    }
  }
  return Math.ceil(filled * maxLength * (tokens > 0 ? characters / tokens : usual));
}
