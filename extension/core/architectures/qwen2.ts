/** Qwen2 (Yang et al. 2024): LLaMA with biases on query, key and value. Qwen2.5-Coder has this type. */

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

/** The fields that Qwen2 and Qwen3 share. */
export const qwenFields = decoderFields.safeExtend({
  rms_norm_eps: z.number().positive(),
  hidden_act: z.literal("silu").default("silu"),
  tie_word_embeddings: z.boolean().default(false),
  use_sliding_window: z.boolean().default(false),
  sliding_window: z.int().positive().nullish(),
});

export function qwenConfig(modelType: string, fields: z.infer<typeof qwenFields>): PreNormConfig {
  return preNormConfig(modelType, fields, {
    normEpsilon: fields.rms_norm_eps,
    tiedHead: fields.tie_word_embeddings,
    window: fields.use_sliding_window ? fields.sliding_window : null,
  });
}

export const qwen2: Architecture<PreNormConfig> = {
  configSchema: qwenFields.transform((c) => qwenConfig("qwen2", c)),
  forward: (config, scope, context) =>
    preNormDecoder(config, scope, context, {
      norm: rmsNorms(config.normEpsilon),
      selfAttention: groupedAttention(config, { qkv: true, output: false }),
      feedForward: gatedFeedForward(config),
    }),
};
