/** Causal attention with grouped heads and rotary positions: over whole sequences, and over a KV cache. */

import { groupQueryAttention, type GroupQueryAttentionInputs, type Heads } from "../primitives/fused.ts";
import { add } from "../primitives/elementwise.ts";
import { matMul } from "../primitives/matrix.ts";
import { softmax } from "../primitives/normalization.ts";
import { rotaryEmbedding } from "../primitives/rotary.ts";
import { concat, reshape, split, transpose } from "../primitives/shaping.ts";
import { dimension, size } from "../shape.ts";
import { composite, composites, constant, type Tensor } from "../tensor.ts";

/** Far enough below every score that its softmax is exactly 0, and still finite. */
export const masked = -1e9;

export interface RotaryTables {
  /** float32 [positions, D/2] */
  readonly cosines: Tensor;
  readonly sines: Tensor;
}

export interface WholeSequences extends RotaryTables {
  /** int64 [B, T] */
  readonly positions: Tensor;
  /** float32 [B, 1, 1, T, T]: 0 where the query of a row may look, {@link masked} elsewhere. */
  readonly mask: Tensor;
}

/** Attention within the sequences that are given whole: qkv [B, T, (heads + 2·kvHeads)·D] → [B, T, heads·D]. */
export function attention(qkv: Tensor, heads: Heads, { positions, mask, cosines, sines }: WholeSequences): Tensor {
  return composite("attention", [qkv, positions, mask, cosines, sines], {
    expand: () => {
      const [query, key, value] = separated(qkv, heads);
      const rotated = (x: Tensor): Tensor => rotaryEmbedding(x, positions, cosines, sines);
      return attend(rotated(query), rotated(key), value, mask);
    },
  });
}

/**
 * Attention of new tokens to a cache and to themselves → [output [B, T, heads·D], present key, present value].
 * Its expansion, which tests hold the fused op to, needs all sizes to be numbers.
 */
export function cachedAttention(
  inputs: GroupQueryAttentionInputs,
  heads: Heads,
  total: string | number,
): readonly Tensor[] {
  const { qkv, pastKey, pastValue, cosines, sines } = inputs;
  const fused = (): readonly Tensor[] => groupQueryAttention(inputs, heads, total);
  const expand = (): readonly Tensor[] => {
    const [batch, length, past] = [size(qkv, 0), size(qkv, 1), size(pastKey, 2)];
    const positions = Array.from({ length: batch * length }, (_, i) => BigInt(past + (i % length)));
    const at = constant(BigInt64Array.from(positions), [batch, length]);
    const [query, newKey, newValue] = separated(qkv, heads);
    const key = concat([pastKey, rotaryEmbedding(newKey, at, cosines, sines)], 2);
    const value = concat([pastValue, newValue], 2);
    const output = attend(rotaryEmbedding(query, at, cosines, sines), key, value, causalMask(length, past));
    return [output, key, value];
  };
  return composites("cachedAttention", Object.values(inputs), { expand, inference: fused }, fused());
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
 * softmax(Q·Kᵀ/√D + mask)·V. Query heads of one group share a key head, so they are stacked into one product:
 *
 *     query [B, kv·G, T, D] → [B, kv, G·T, D] ─·Kᵀ→ [B, kv, G·T, S] ─softmax, ·V→ [B, kv, G·T, D] → [B, T, kv·G·D]
 */
function attend(query: Tensor, key: Tensor, value: Tensor, mask: Tensor): Tensor {
  const [batch, heads, length, headSize] = [size(query, 0), size(query, 1), size(query, 2), size(query, 3)];
  const [kvHeads, total] = [size(key, 1), size(key, 2)];
  const group = heads / kvHeads;
  const stacked = reshape(query, [batch, kvHeads, group * length, headSize]);
  const scores = matMul(stacked, key, { transposeB: true, alpha: 1 / Math.sqrt(headSize) });
  const shares = softmax(add(reshape(scores, [batch, kvHeads, group, length, total]), mask));
  const mixed = matMul(reshape(shares, [batch, kvHeads, group * length, total]), value);
  const perHead = reshape(mixed, [batch, heads, length, headSize]);
  return reshape(transpose(perHead, [0, 2, 1, 3]), [batch, length, heads * headSize]);
}

/** [1, 1, 1, T, P + T]: token i sees the past and the tokens up to itself. */
function causalMask(length: number, past: number): Tensor {
  const total = past + length;
  const values = Float32Array.from({ length: length * total }, (_, i) => {
    return i % total <= past + Math.floor(i / total) ? 0 : masked;
  });
  return constant(values, [1, 1, 1, length, total]);
}
