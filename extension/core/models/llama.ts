/** LLaMA (Touvron et al. 2023): Hugging Face's LlamaForCausalLM. CodeLlama and DeepSeek-Coder are of this type. */

import { z } from "zod";
import { silu } from "../graph/composites/activations.ts";
import { rmsNorm } from "../graph/composites/norms.ts";
import { embedding, linear } from "../graph/composites/linear.ts";
import { add, mul } from "../graph/primitives/elementwise.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Architecture } from "./architecture.ts";
import type { ModelConfig } from "./config.ts";
import type { Site } from "./site.ts";

const count = z.int().positive();

/** The fields that LLaMA and its descendants share. */
export const llamaFields = z
  .object({
    vocab_size: count.max(1_000_000),
    hidden_size: count.max(65_536),
    num_hidden_layers: count.max(1_000),
    num_attention_heads: count,
    num_key_value_heads: count.nullish(),
    head_dim: count.nullish(),
    intermediate_size: count.max(1_000_000),
    max_position_embeddings: count,
    rms_norm_eps: z.number().positive(),
    rope_theta: z.number().positive().nullish(),
    rope_scaling: z.null("rope_scaling is not supported").optional(),
    // Where transformers 5 puts what the two fields above said.
    rope_parameters: z
      .object({ rope_theta: z.number().positive(), rope_type: z.literal("default").default("default") })
      .optional(),
    hidden_act: z.literal("silu").default("silu"),
    tie_word_embeddings: z.boolean().default(false),
  })
  .refine((c) => c.num_attention_heads % (c.num_key_value_heads ?? c.num_attention_heads) === 0, {
    message: "num_attention_heads must be a multiple of num_key_value_heads",
  })
  .refine((c) => (c.head_dim ?? c.hidden_size / c.num_attention_heads) % 16 === 0, {
    // GroupQueryAttention turns positions in vectors of 16.
    message: "the size of an attention head must be a multiple of 16",
  });

export type LlamaFields = z.infer<typeof llamaFields>;

export interface LlamaConfig extends ModelConfig {
  readonly intermediateSize: number;
  readonly normEpsilon: number;
  /** Whether the embedding is the output head, too. */
  readonly tiedHead: boolean;
  /** Which products add a bias. */
  readonly bias: { readonly qkv: boolean; readonly output: boolean; readonly feedForward: boolean };
}

export function llamaConfig(modelType: string, fields: LlamaFields, bias: LlamaConfig["bias"]): LlamaConfig {
  return {
    modelType,
    vocabularySize: fields.vocab_size,
    hiddenSize: fields.hidden_size,
    layers: fields.num_hidden_layers,
    contextLength: fields.max_position_embeddings,
    attention: {
      heads: fields.num_attention_heads,
      kvHeads: fields.num_key_value_heads ?? fields.num_attention_heads,
      headSize: fields.head_dim ?? fields.hidden_size / fields.num_attention_heads,
    },
    rotary: { theta: fields.rope_parameters?.rope_theta ?? fields.rope_theta ?? 10_000 },
    intermediateSize: fields.intermediate_size,
    normEpsilon: fields.rms_norm_eps,
    tiedHead: fields.tie_word_embeddings,
    bias,
  };
}

export const llama: Architecture<LlamaConfig> = {
  configSchema: z
    .intersection(
      llamaFields,
      z.object({ attention_bias: z.boolean().default(false), mlp_bias: z.boolean().default(false) }),
    )
    .transform((c) => {
      return llamaConfig("llama", c, { qkv: c.attention_bias, output: c.attention_bias, feedForward: c.mlp_bias });
    }),

  forward(config, site, context) {
    const { vocabularySize, hiddenSize } = config;
    const tokens = site.table("model.embed_tokens", vocabularySize, hiddenSize);
    let x = embedding(context.ids, tokens);
    for (let i = 0; i < config.layers; i++) {
      const layer = site.at(`model.layers.${i}`);
      x = context.segment(x, (h) => {
        const attended = add(
          h,
          selfAttention(config, layer, h, (qkv) => context.attend(i, qkv)),
        );
        return add(attended, feedForward(config, layer, attended));
      });
    }
    const hidden = rmsNorm(x, site.vector("model.norm.weight", hiddenSize), config.normEpsilon);
    const head = config.tiedHead ? tokens : site.table("lm_head", vocabularySize, hiddenSize);
    return { hidden, logits: (rows) => linear(rows, head) };
  },
};

function selfAttention(config: LlamaConfig, layer: Site, x: Tensor, attend: (qkv: Tensor) => Tensor): Tensor {
  const { heads, kvHeads, headSize } = config.attention;
  const site = layer.at("self_attn");
  const normed = rmsNorm(x, layer.vector("input_layernorm.weight", config.hiddenSize), config.normEpsilon);
  const qkv = { q_proj: heads * headSize, k_proj: kvHeads * headSize, v_proj: kvHeads * headSize };
  const attended = attend(site.linear(qkv, normed, { bias: config.bias.qkv }));
  return site.linear({ o_proj: config.hiddenSize }, attended, { bias: config.bias.output });
}

/** SwiGLU (Shazeer 2020): down(silu(gate(x)) · up(x)) */
function feedForward(config: LlamaConfig, layer: Site, x: Tensor): Tensor {
  const site = layer.at("mlp");
  const normed = rmsNorm(x, layer.vector("post_attention_layernorm.weight", config.hiddenSize), config.normEpsilon);
  const bias = { bias: config.bias.feedForward };
  const gate = site.linear({ gate_proj: config.intermediateSize }, normed, bias);
  const up = site.linear({ up_proj: config.intermediateSize }, normed, bias);
  return site.linear({ down_proj: config.hiddenSize }, mul(silu(gate), up), bias);
}
