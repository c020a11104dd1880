/** How many characters of source code make a training sequence, with the tokenizer of a base. */

import type { Dataset, Example } from "../../dataset/example.ts";
import type { Sequence } from "../../dataset/sequence.ts";

/** So many characters tell how many there are to a token. */
const sampled = 50_000;
/** What there are where there is no source code to ask. */
const usual = 3;
/**
 * How much of the longest sequence a piece is. It goes on to the end of its line, and some code is denser than the sample; what
 * is too long for one sequence begins another, which is nearly all padding then. Of 0.6 to 0.95, this pads least.
 */
const filled = 0.86;

/** Characters of a piece that becomes about one sequence of at most `maxLength` tokens. */
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
