/** StarCoder2 (Lozhkov et al. 2024): biases everywhere, LayerNorm instead of RMSNorm, a plain feed-forward layer. */

import * as z from "zod";
import { geluTanh } from "../graph/composites/activations.ts";
import type { Architecture } from "./architecture.ts";
import { layerNorms } from "./norms.ts";
import {
  decoderFields,
  groupedAttention,
  preNormConfig,
  preNormDecoder,
  type PreNormConfig,
} from "./preNormDecoder.ts";

export interface Starcoder2Config extends PreNormConfig {
  /** Whether all linear modules have a bias. */
  readonly bias: boolean;
}

export const starcoder2: Architecture<Starcoder2Config> = {
  configSchema: decoderFields
    .safeExtend({
      norm_epsilon: z.number().positive().default(1e-5),
      hidden_act: z.literal("gelu_pytorch_tanh").default("gelu_pytorch_tanh"),
      tie_word_embeddings: z.boolean().default(true),
      use_bias: z.boolean().default(true),
      sliding_window: z.int().positive().nullish(),
    })
    .transform((c) => ({
      ...preNormConfig("starcoder2", c, {
        normEpsilon: c.norm_epsilon,
        tiedHead: c.tie_word_embeddings,
        window: c.sliding_window,
      }),
      bias: c.use_bias,
    })),

  forward: (config, scope, context) => {
    const { bias, hiddenSize, intermediateSize } = config;
    return preNormDecoder(config, scope, context, {
      norm: layerNorms(config.normEpsilon),
      selfAttention: groupedAttention(config, { qkv: bias, output: bias }),
      feedForward: (at, x) => {
        const inner = geluTanh(at.linear({ c_fc: intermediateSize }, x, { bias }));
        return at.linear({ c_proj: hiddenSize }, inner, { bias });
      },
    });
  },
};
