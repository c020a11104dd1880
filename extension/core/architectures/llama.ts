/** LLaMA (Touvron et al. 2023): Hugging Face's LlamaForCausalLM. CodeLlama and DeepSeek-Coder have this type. */

import * as z from "zod";
import type { Architecture } from "./architecture.ts";
import { rmsNorms } from "./norms.ts";
import {
  decoderFields,
  gatedFeedForward,
  groupedAttention,
  preNormConfig,
  preNormDecoder,
  type PreNormConfig,
} from "./preNormDecoder.ts";

export interface LlamaConfig extends PreNormConfig {
  readonly attentionBias: boolean;
  readonly feedForwardBias: boolean;
}

export const llama: Architecture<LlamaConfig> = {
  configSchema: decoderFields
    .safeExtend({
      rms_norm_eps: z.number().positive(),
      hidden_act: z.literal("silu").default("silu"),
      tie_word_embeddings: z.boolean().default(false),
      attention_bias: z.boolean().default(false),
      mlp_bias: z.boolean().default(false),
    })
    .transform((c) => ({
      ...preNormConfig("llama", c, { normEpsilon: c.rms_norm_eps, tiedHead: c.tie_word_embeddings }),
      attentionBias: c.attention_bias,
      feedForwardBias: c.mlp_bias,
    })),

  forward: (config, scope, context) =>
    preNormDecoder(config, scope, context, {
      norm: rmsNorms(config.normEpsilon),
      selfAttention: groupedAttention(config, { qkv: config.attentionBias, output: config.attentionBias }),
      feedForward: gatedFeedForward(config, { bias: config.feedForwardBias }),
    }),
};
