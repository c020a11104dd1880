/** Examples for an encoder-decoder: what the encoder reads, and what the decoder learns to write. */

import { internalError } from "../foundation/errors.ts";
import { instructionPrompt } from "../tokenizer/template.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import type { Example } from "./example.ts";
import type { Sequence } from "./sequence.ts";

/**
 * The sequences of an example, each side of at most `maxLength` tokens (at least 8). The encoder reads between the
 * tokenizer's `beginning` and `ending`; what is too long for it loses its first tokens. What is written begins with
 * `beginning`, too, as in the paper's code and in that of CodeT5+ (tune_codet5p_seq2seq.py).
 * - a pair gives one: the paper's prompt, then the code and end of text;
 * - a text gives as many as it needs: each piece is written behind the piece before it, the first behind nothing;
 * - a gap gives one: the prefix, then the middle, which is how the model completes. What is behind the gap stays unseen.
 *
 * @param startToken what the decoder starts from
 */
export function toEncodedSequences(
  example: Example,
  tokenizer: Tokenizer,
  maxLength: number,
  startToken: number,
): Sequence[] {
  if (maxLength < 8) throw internalError(`sequences of ${maxLength} tokens asked for, the least is 8`);
  const { beginning, ending, endOfText } = tokenizer;
  const longestPrompt = maxLength - beginning.length - ending.length;
  const longestTarget = maxLength - 1 - beginning.length;
  const sequence = (prompt: readonly number[], targets: readonly number[]): Sequence => {
    const kept = [...beginning, ...targets.slice(0, longestTarget)];
    return {
      encoderIds: [...beginning, ...prompt.slice(-longestPrompt), ...ending],
      ids: [startToken, ...kept],
      firstTarget: 1,
    };
  };
  switch (example.kind) {
    case "pair": {
      const code = tokenizer.encode(example.code).slice(0, longestTarget - 1);
      return [sequence(tokenizer.encode(instructionPrompt(example.intent)), [...code, endOfText])];
    }
    case "text": {
      const ids = [...tokenizer.encode(example.text), ...(example.cut ? [] : [endOfText])];
      const starts = Array.from({ length: Math.ceil(ids.length / longestTarget) }, (_, i) => i * longestTarget);
      return starts.map((start) => {
        return sequence(ids.slice(Math.max(0, start - longestPrompt), start), ids.slice(start));
      });
    }
    case "fill":
      return [sequence(tokenizer.encode(example.prefix), tokenizer.encode(example.middle))];
  }
}
