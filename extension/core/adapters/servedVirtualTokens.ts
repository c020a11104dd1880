/**
 * Virtual tokens for inference. A prefix is keys and values that a KV cache starts with. A prompt is embeddings that the model
 * reads once, before everything else, into its KV cache. The graph has two inputs for these embeddings.
 */

import { UserError } from "../foundation/errors.ts";
import { say } from "../foundation/words/said.ts";
import { add, mul } from "../graph/primitives/elementwise.ts";
import { input, type Tensor } from "../graph/tensor.ts";
import type { Adapter } from "./adapter.ts";
import type { PrefixAdapter } from "./methods/prefix.ts";
import { dealtLayer } from "./methods/prefixLayers.ts";
import type { PromptAdapter } from "./methods/prompt.ts";
import type { ActiveAdapter, SlotValue } from "./servingSlots.ts";

/** An adapter made of virtual tokens. */
export type VirtualTokens = Extract<Adapter, { readonly tokens: number }>;

/** Returns x·text + virtual: embeddings [B, T, hidden] of text tokens or of virtual tokens. */
export function withVirtualTokens(x: Tensor, hiddenSize: number): Tensor {
  const [text, virtual] = [
    input("text", "float32", ["sequence", 1]),
    input("virtual", "float32", ["sequence", hiddenSize]),
  ];
  return add(mul(x, text), virtual);
}

/** Returns the values to feed when the model reads `count` tokens, starting with the virtual tokens of `prompt`. */
export function embeddingValues(count: number, hiddenSize: number, prompt?: PromptAdapter): Record<string, SlotValue> {
  const text = new Float32Array(count).fill(1);
  const virtual = new Float32Array(count * hiddenSize);
  if (prompt) {
    text.fill(0, 0, prompt.tokens);
    virtual.set(prompt.values.subarray(0, prompt.tokens * hiddenSize));
  }
  return { text: { values: text, shape: [count, 1] }, virtual: { values: virtual, shape: [count, hiddenSize] } };
}

/** Returns the keys or the values of a layer's prefix in the layout of a KV cache: [kvHeads, tokens, headSize]. */
export function prefixOf(prefix: PrefixAdapter, layer: number, part: "key" | "value"): Float32Array {
  const { tokens, layers, kvHeads, headSize, values } = prefix;
  const dealt = dealtLayer(prefix, layer);
  const result = new Float32Array(kvHeads * tokens * headSize);
  for (let token = 0; token < tokens; token++) {
    for (let head = 0; head < kvHeads; head++) {
      const row = (token * layers + dealt) * 2 + (part === "key" ? 0 : 1);
      const start = (row * kvHeads + head) * headSize;
      result.set(values.subarray(start, start + headSize), (head * tokens + token) * headSize);
    }
  }
  return result;
}

/**
 * Returns the adapter of virtual tokens among `active`, or null.
 *
 * @throws UserError "adapter-unsupported" if there are several, or if one has a scale other than 0 and 1
 */
export function virtualTokensOf(active: readonly ActiveAdapter[]): VirtualTokens | null {
  const found = active.flatMap(({ adapter, scale }) =>
    "tokens" in adapter && scale !== 0 ? [{ adapter, scale }] : [],
  );
  const [first, second] = found;
  if (!first) return null;
  if (second) {
    const message = say`Cannot use adapters "${first.adapter.name}" and "${second.adapter.name}" together: both put virtual tokens in front of the text.`;
    throw new UserError(
      "adapter-unsupported",
      message,
      say`Use only one prompt or prefix; LoRA and IA3 adapters can be added to it.`,
    );
  }
  if (first.scale !== 1) {
    const reason = say`virtual tokens cannot have a scale of ${first.scale}`;
    const message = say`Cannot use adapter "${first.adapter.name}": ${reason}.`;
    throw new UserError("adapter-unsupported", message, say`Use it with a scale of 1.`);
  }
  return first.adapter;
}
