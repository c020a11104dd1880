/** Turns examples into sequences for an encoder-decoder: the encoder's input and the decoder's targets. */

import { internalError } from "../foundation/errors.ts";
import { instructionPrompt } from "../tokenizer/template.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import type { Example } from "./example.ts";
import type { Sequence } from "./sequence.ts";

/**
 * Returns the sequences of an example, each side of at most `maxLength` tokens (at least 8). The tokenizer's `beginning` and
 * `ending` enclose the encoder's input; too long an input loses its first tokens. The target also starts with `beginning`, as in
 * the paper's code and in CodeT5+'s (tune_codet5p_seq2seq.py).
 * - A pair gives one sequence: input is the paper's prompt; targets are the code and end of text.
 * - A text gives as many as it needs: targets are a piece; input is the text before it, empty for the first piece.
 * - A hole gives one: input is the prefix; targets are the middle, which is how the model completes. The suffix is not used.
 *
 * @param startToken the decoder's first token
 */
export function toEncodedSequences(
  example: Example,
  tokenizer: Tokenizer,
  maxLength: number,
  startToken: number,
): Sequence[] {
  if (maxLength < 8) throw internalError(`sequences need a maximum of at least 8 tokens, not ${maxLength}`);
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
