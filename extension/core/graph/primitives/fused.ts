/** ONNX Runtime's fused ops for inference. Their composites define the meaning and the gradient. */

import { dimension } from "../shape.ts";
import { primitive, primitives, type Tensor } from "../tensor.ts";
import { rotaryEmbeddingOfRows, type RotaryTables } from "./rotary.ts";
import { split } from "./shaping.ts";

/** x / √(mean x² + epsilon) · gamma over the last axis. */
export function simplifiedLayerNormalization(x: Tensor, gamma: Tensor, epsilon: number): Tensor {
  return primitive("SimplifiedLayerNormalization", [x, gamma], x, "not differentiable", {
    attributes: { axis: -1, epsilon: { float: epsilon }, stash_type: 1 },
  });
}

/** (x - mean x) / √(var x + epsilon) · gamma + beta over the last axis. */
export function layerNormalization(x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number): Tensor {
  return primitive("LayerNormalization", [x, gamma, beta], x, "not differentiable", {
    attributes: { axis: -1, epsilon: { float: epsilon } },
  });
}

/** x·Φ(x), with the normal distribution Φ approximated by a tanh. */
export function gelu(x: Tensor): Tensor {
  return primitive("Gelu", [x], x, "not differentiable", { attributes: { approximate: "tanh" } });
}

export interface GroupQueryAttentionInputs {
  /** Concatenated query, key and value heads, [B, T, (heads + 2·kvHeads)·D]. */
  readonly qkv: Tensor;
  /** The KV cache, [B, kvHeads, P, D] each; P may be 0. */
  readonly pastKey: Tensor;
  readonly pastValue: Tensor;
  /** int32 [B]: for each row of the batch, the number of keys including the new ones, minus one. */
  readonly lastPositions: Tensor;
  /** int32 []: the maximum number of keys in a row, P + T. */
  readonly totalLength: Tensor;
  /** int64 [B, T]: the positions of the new tokens; consecutive if null. */
  readonly positions: Tensor | null;
  /** float32 [B, 1, T, P + T], added to the scores: 0 where a new token attends to a key, far below elsewhere. */
  readonly mask: Tensor | null;
  readonly rotary: RotaryTables;
  /** Whether a separate op rotates, because the device's fused op ignores `positions`. */
  readonly rotatesApart?: boolean;
}

export interface Heads {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number;
}

/**
 * Attention with built-in rotary embedding → [output [B, T, heads·D], present key, present value]. New tokens never
 * attend to later ones, regardless of the mask. With a past and several new tokens, B must be 1. Without a past, new
 * tokens are consecutive, regardless of their positions.
 */
export function groupQueryAttention(
  inputs: GroupQueryAttentionInputs,
  heads: Heads,
  total: string | number,
): readonly Tensor[] {
  const { qkv, pastKey, pastValue, lastPositions, totalLength, positions, mask, rotary } = inputs;
  const { cosines, sines } = rotary;
  const apart = inputs.rotatesApart && positions ? rotatedApart(qkv, positions, rotary, heads) : undefined;
  const present = { dtype: "float32" as const, shape: pastKey.shape.with(2, total) };
  const output = {
    dtype: "float32" as const,
    shape: [dimension(qkv, 0), dimension(qkv, 1), heads.heads * heads.headSize],
  };
  return primitives(
    "GroupQueryAttention",
    apart
      ? [...apart, pastKey, pastValue, lastPositions, totalLength, null, null, null, mask]
      : [qkv, null, null, pastKey, pastValue, lastPositions, totalLength, cosines, sines, positions, mask],
    [output, present, present],
    "not differentiable",
    {
      domain: "com.microsoft",
      attributes: {
        num_heads: heads.heads,
        kv_num_heads: heads.kvHeads,
        do_rotary: Number(!apart),
        ...(!apart && { rotary_interleaved: Number(rotary.interleaved) }),
        scale: { float: 1 / Math.sqrt(heads.headSize) },
      },
    },
  );
}

/** Returns query, key and value, [B, T, heads·D] each; query and key are rotated. */
function rotatedApart(qkv: Tensor, positions: Tensor, rotary: RotaryTables, heads: Heads): Tensor[] {
  const { kvHeads, headSize } = heads;
  const [query, key, value] = split(qkv, [heads.heads * headSize, kvHeads * headSize, kvHeads * headSize], -1);
  return [
    rotaryEmbeddingOfRows(query!, positions, rotary, heads.heads),
    rotaryEmbeddingOfRows(key!, positions, rotary, kvHeads),
    value!,
  ];
}
