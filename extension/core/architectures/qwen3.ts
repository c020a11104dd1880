/** Qwen3 (Yang et al. 2025): Qwen2 with a norm per head on queries and keys instead of biases. */

import * as z from "zod";
import { concat, reshape, split } from "../graph/primitives/shaping.ts";
import { dimension, size } from "../graph/shape.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Architecture } from "./architecture.ts";
import { rmsNorms } from "./norms.ts";
import { gatedFeedForward, groupedAttention, preNormDecoder, type PreNormConfig } from "./preNormDecoder.ts";
import { qwenConfig, qwenFields } from "./qwen2.ts";
import type { ParameterScope } from "./parameterScope.ts";

export interface Qwen3Config extends PreNormConfig {
  readonly attentionBias: boolean;
}

export const qwen3: Architecture<Qwen3Config> = {
  configSchema: qwenFields
    // Unlike in related types, the head size has its own default.
    .safeExtend({ head_dim: z.int().positive().default(128), attention_bias: z.boolean().default(false) })
    .transform((c) => ({ ...qwenConfig("qwen3", c), attentionBias: c.attention_bias })),

  forward: (config, scope, context) => {
    const attention = groupedAttention(config, { qkv: config.attentionBias, output: config.attentionBias });
    return preNormDecoder(config, scope, context, {
      norm: rmsNorms(config.normEpsilon),
      selfAttention: (at, x, attend) => attention(at, x, (qkv) => attend(withNorms(config, at, qkv))),
      feedForward: gatedFeedForward(config),
    });
  },
};

/** Normalizes each head of queries and keys: [B, T, qkv] → [B, T, qkv]. */
function withNorms({ attention, normEpsilon }: Qwen3Config, scope: ParameterScope, qkv: Tensor): Tensor {
  const { heads, kvHeads, headSize } = attention;
  const norm = rmsNorms(normEpsilon);
  const perHead = (x: Tensor, name: string): Tensor => {
    const apart = reshape(x, [dimension(x, 0), dimension(x, 1), size(x, -1) / headSize, headSize]);
    return reshape(norm(scope, name, apart), x.shape);
  };
  const [query, key, value] = split(qkv, [heads * headSize, kvHeads * headSize, kvHeads * headSize], -1);
  return concat([perHead(query!, "q_norm"), perHead(key!, "k_norm"), value!], -1);
}
