/** Prefix tuning (Li and Liang 2021, arXiv 2101.00190): keys and values in front of those of the text, in each layer. */

import type { PrefixAdapter } from "../../adapters/adapter.ts";
import { virtualTokensKey } from "../../adapters/peftTensors.ts";
import { dealtLayer } from "../../adapters/virtualTokens.ts";
import { seededRandom } from "../../foundation/random.ts";
import { reshape, split, transpose } from "../../graph/primitives/shaping.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { LayerKeysAndValues } from "../../inference/tree/keysAndValues.ts";
import type { Attachment, ParameterOf } from "./attachment.ts";

export type PrefixSpec = Pick<PrefixAdapter, "method" | "tokens" | "layers" | "kvHeads" | "headSize" | "stacks">;

export function attachPrefix(spec: PrefixSpec, parameterOf: ParameterOf): Attachment {
  const { tokens, layers, kvHeads, headSize } = spec;
  const width = kvHeads * headSize;
  const all = parameterOf(virtualTokensKey, [tokens, 2 * layers * width]);
  // Key of the first layer, its value, key of the second, and so on.
  const parts = split(all, new Array<number>(2 * layers).fill(width), 1);
  const perHead = (part: Tensor): Tensor => transpose(reshape(part, [tokens, kvHeads, headSize]), [1, 0, 2]);
  return {
    prefix: {
      tokens,
      of: (layer) => {
        const first = 2 * dealtLayer(spec, layer);
        return { key: perHead(parts[first]!), value: perHead(parts[first + 1]!) };
      },
    },
  };
}

/** First values: normally distributed, as in PEFT. */
export function firstPrefix(spec: PrefixSpec, seed: number): Map<string, Float32Array> {
  const { tokens, layers, kvHeads, headSize } = spec;
  const random = seededRandom(seed, "virtual tokens");
  const size = tokens * 2 * layers * kvHeads * headSize;
  return new Map([[virtualTokensKey, Float32Array.from({ length: size }, () => random.normal())]]);
}

/** First values: what a decoder remembers of a text of as many tokens (Li and Liang 2021, section 7.4). */
export function prefixOfText(spec: PrefixSpec, memory: readonly LayerKeysAndValues[]): Map<string, Float32Array> {
  const { tokens, layers, kvHeads, headSize } = spec;
  const values = new Float32Array(tokens * 2 * layers * kvHeads * headSize);
  for (const [layer, { key, value }] of memory.entries()) {
    for (const [part, remembered] of [key, value].entries()) {
      for (let head = 0; head < kvHeads; head++) {
        for (let token = 0; token < tokens; token++) {
          const from = (head * tokens + token) * headSize;
          const to = ((token * 2 * layers + 2 * layer + part) * kvHeads + head) * headSize;
          values.set(remembered.subarray(from, from + headSize), to);
        }
      }
    }
  }
  return new Map([[virtualTokensKey, values]]);
}
