/**
 * Virtual tokens for inference. A prefix is keys and values that a KV cache starts with. A prompt is embeddings that are read
 * once in front of everything, after which it is keys and values, too; for them the graph has two inputs.
 */

import { UserError } from "../foundation/errors.ts";
import { add, mul } from "../graph/primitives/elementwise.ts";
import { input, type Tensor } from "../graph/tensor.ts";
import type { Adapter } from "./adapter.ts";
import type { PrefixAdapter } from "./methods/prefix.ts";
import { dealtLayer } from "./methods/prefixLayers.ts";
import type { PromptAdapter } from "./methods/prompt.ts";
import type { ActiveAdapter, SlotValue } from "./servingSlots.ts";

/** Adapters of virtual tokens. */
export type VirtualTokens = Extract<Adapter, { readonly tokens: number }>;

/** x·text + virtual: embeddings [B, T, hidden] of the text's tokens, or of virtual ones. */
export function withVirtualTokens(x: Tensor, hiddenSize: number): Tensor {
  const [text, virtual] = [
    input("text", "float32", ["sequence", 1]),
    input("virtual", "float32", ["sequence", hiddenSize]),
  ];
  return add(mul(x, text), virtual);
}

/** What to feed where `count` tokens are read, the virtual ones of `prompt` first. */
export function embeddingValues(count: number, hiddenSize: number, prompt?: PromptAdapter): Record<string, SlotValue> {
  const text = new Float32Array(count).fill(1);
  const virtual = new Float32Array(count * hiddenSize);
  if (prompt) {
    text.fill(0, 0, prompt.tokens);
    virtual.set(prompt.values.subarray(0, prompt.tokens * hiddenSize));
  }
  return { text: { values: text, shape: [count, 1] }, virtual: { values: virtual, shape: [count, hiddenSize] } };
}

/** The keys or the values of a layer's prefix, as a KV cache holds them: [kvHeads, tokens, headSize]. */
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
 * The virtual tokens among `active` adapters, or null.
 *
 * @throws UserError "adapter-unsupported" where there are several, or some that shall count in part
 */
export function virtualTokensOf(active: readonly ActiveAdapter[]): VirtualTokens | null {
  const found = active.flatMap(({ adapter, scale }) =>
    "tokens" in adapter && scale !== 0 ? [{ adapter, scale }] : [],
  );
  const [first, second] = found;
  if (!first) return null;
  if (second) {
    const message = `Cannot use adapters "${first.adapter.name}" and "${second.adapter.name}" at once: both start the text.`;
    throw new UserError("adapter-unsupported", message, "Use one prompt or prefix, and LoRA or IA3 beside it.");
  }
  if (first.scale !== 1) {
    const reason = `its virtual tokens are there or not, and a scale of ${first.scale} is asked for`;
    const message = `Cannot use adapter "${first.adapter.name}" in part: ${reason}.`;
    throw new UserError("adapter-unsupported", message, "Use it with a scale of 1.");
  }
  return first.adapter;
}
