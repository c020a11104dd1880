/** Grouped-query attention with rotary positions: over whole sequences, and over a KV cache. */

import { groupQueryAttention, type GroupQueryAttentionInputs, type Heads } from "../primitives/fused.ts";
import { add } from "../primitives/elementwise.ts";
import { matMul } from "../primitives/matrix.ts";
import { softmax } from "../primitives/normalization.ts";
import { rotaryEmbedding, type RotaryTables } from "../primitives/rotary.ts";
import { concat, reshape, split, transpose } from "../primitives/shaping.ts";
import { dimension, size } from "../shape.ts";
import { composite, composites, type Tensor } from "../tensor.ts";

/** The mask value: so far below every score that its softmax is exactly 0, but finite. */
export const masked = -1e9;

export interface WholeSequences {
  readonly rotary: RotaryTables;
  /** int64 [B, T] */
  readonly positions: Tensor;
  /** float32 [B, 1, 1, T, P + T]: 0 where a query attends to a key, {@link masked} elsewhere. */
  readonly mask: Tensor;
  /** Keys and values in front of those of the sequence, [B, kvHeads, P, D] each. They are not rotated here. */
  readonly before?: { readonly key: Tensor; readonly value: Tensor };
}

/** Attention within whole sequences: qkv [B, T, (heads + 2·kvHeads)·D] → [B, T, heads·D]. */
export function attention(qkv: Tensor, heads: Heads, { positions, mask, rotary, before }: WholeSequences): Tensor {
  const more = before ? [before.key, before.value] : [];
  return composite("attention", [qkv, positions, mask, rotary.cosines, rotary.sines, ...more], {
    expand: () => {
      const [query, key, value] = separated(qkv, heads);
      const rotated = (x: Tensor): Tensor => rotaryEmbedding(x, positions, rotary);
      if (!before) return attend(rotated(query), rotated(key), value, mask);
      return attend(rotated(query), concat([before.key, rotated(key)], 2), concat([before.value, value], 2), mask);
    },
  });
}

export interface CachedSequences extends GroupQueryAttentionInputs {
  readonly positions: Tensor;
  readonly mask: Tensor;
}

/**
 * Attention of new tokens to a KV cache and to each other, under a mask → [output [B, T, heads·D], present key, present
 * value]. Heads of unusual sizes, which the fused op does not support, use the expansion.
 */
export function cachedAttention(inputs: CachedSequences, heads: Heads, total: string | number): readonly Tensor[] {
  const { qkv, pastKey, pastValue, lastPositions, totalLength, positions, mask, rotary } = inputs;
  const expand = (): readonly Tensor[] => {
    const rotated = (x: Tensor): Tensor => rotaryEmbedding(x, positions, rotary);
    const [query, newKey, newValue] = separated(qkv, heads);
    const key = concat([pastKey, rotated(newKey)], 2);
    const value = concat([pastValue, newValue], 2);
    return [attend(rotated(query), key, value, mask), key, value];
  };
  const lengths = [lastPositions, totalLength];
  const tensors = [qkv, pastKey, pastValue, ...lengths, positions, mask, rotary.cosines, rotary.sines];
  if (!isFusable(heads, rotary)) return composites("cachedAttention", tensors, { expand });
  const fused = (): readonly Tensor[] => groupQueryAttention(inputs, heads, total);
  return composites("cachedAttention", tensors, { expand, inference: fused }, fused());
}

/** The kernel of the fused op reads and rotates heads in vectors of 16 only. */
function isFusable({ headSize }: Heads, { cosines }: RotaryTables): boolean {
  return headSize % 16 === 0 && size(cosines, 1) % 8 === 0;
}

/** [B, T, (heads + 2·kvHeads)·D] → query [B, heads, T, D], key and value [B, kvHeads, T, D]. */
function separated(qkv: Tensor, { heads, kvHeads, headSize }: Heads): [Tensor, Tensor, Tensor] {
  const parts = split(qkv, [heads * headSize, kvHeads * headSize, kvHeads * headSize], -1);
  const [query, key, value] = parts.map((part) => {
    const perHead = size(part, -1) / headSize;
    return transpose(reshape(part, [dimension(part, 0), dimension(part, 1), perHead, headSize]), [0, 2, 1, 3]);
  });
  return [query!, key!, value!];
}

/**
 * softmax(Q·Kᵀ/√D + mask)·V. The G query heads of a group share one key head:
 *
 *     query [B, kv·G, T, D] → [B, kv, G, T, D] ─·Kᵀ→ [B, kv, G, T, S] ─softmax, ·V→ [B, kv, G, T, D] → [B, T, kv·G·D]
 */
function attend(query: Tensor, key: Tensor, value: Tensor, mask: Tensor): Tensor {
  const [batch, length] = [dimension(query, 0), dimension(query, 2)];
  const [heads, kvHeads, headSize] = [size(query, 1), size(key, 1), size(query, 3)];
  const shared = (x: Tensor): Tensor => reshape(x, [batch, kvHeads, 1, dimension(x, 2), headSize]);
  const grouped = reshape(query, [batch, kvHeads, heads / kvHeads, length, headSize]);
  const scores = matMul(grouped, shared(key), { transposeB: true, alpha: 1 / Math.sqrt(headSize) });
  const mixed = matMul(softmax(add(scores, mask)), shared(value));
  return reshape(transpose(mixed, [0, 3, 1, 2, 4]), [batch, length, heads * headSize]);
}
