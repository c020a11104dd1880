/**
 * The common parts of LLaMA and its descendants: config fields, weight names, and the frame of the forward pass. Each
 * architecture fills the frame with the parts below or with its own.
 *
 *     x ─┬─ norm ─ self-attention ─(+)─┬─ norm ─ feed-forward ─(+)─ next layer
 *        └────────────────────────┘    └─────────────────────┘
 */

import * as z from "zod";
import { silu } from "../graph/composites/activations.ts";
import { embedding } from "../graph/composites/linear.ts";
import { add, mul } from "../graph/primitives/elementwise.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { ForwardContext, ForwardResult } from "./architecture.ts";
import type { DecoderConfig } from "./config.ts";
import type { Norm } from "./norms.ts";
import { readRotary, ropeFields } from "./rope.ts";
import { longestContext } from "./rotary.ts";
import type { ParameterScope } from "./parameterScope.ts";

const count = z.int().positive();

export const decoderFields = z
  .object({
    vocab_size: count.max(1_000_000),
    hidden_size: count.max(65_536),
    num_hidden_layers: count.max(1_000),
    num_attention_heads: count,
    num_key_value_heads: count.nullish(),
    head_dim: count.nullish(),
    intermediate_size: count.max(1_000_000),
    max_position_embeddings: count,
    ...ropeFields,
  })
  .refine((c) => c.num_attention_heads % (c.num_key_value_heads ?? c.num_attention_heads) === 0, {
    message: "num_attention_heads must be a multiple of num_key_value_heads",
  })
  .refine((c) => headSizeOf(c) % 2 === 0 && headSizeOf(c) <= 1024, {
    message: "the size of an attention head must be an even number of at most 1024",
  });

type DecoderFields = z.infer<typeof decoderFields>;

export interface PreNormConfig extends DecoderConfig {
  readonly intermediateSize: number;
  readonly normEpsilon: number;
  /** Whether the embedding is also the output head. */
  readonly tiedHead: boolean;
}

/**
 * Returns the config from the common fields.
 *
 * @param window the width of sliding-window attention in tokens, if any. Graphs have no windows, so the context is limited to the
 * window, within which it has no effect.
 */
export function preNormConfig(
  modelType: string,
  fields: DecoderFields,
  own: { normEpsilon: number; tiedHead: boolean; window?: number | null | undefined },
): PreNormConfig {
  const headSize = headSizeOf(fields);
  return {
    modelType,
    vocabularySize: fields.vocab_size,
    hiddenSize: fields.hidden_size,
    layers: fields.num_hidden_layers,
    contextLength: Math.min(fields.max_position_embeddings, own.window ?? longestContext, longestContext),
    attention: {
      heads: fields.num_attention_heads,
      kvHeads: fields.num_key_value_heads ?? fields.num_attention_heads,
      headSize,
    },
    rotary: readRotary(fields, headSize),
    intermediateSize: fields.intermediate_size,
    normEpsilon: own.normEpsilon,
    tiedHead: own.tiedHead,
  };
}

function headSizeOf(fields: {
  head_dim?: number | null | undefined;
  hidden_size: number;
  num_attention_heads: number;
}) {
  return fields.head_dim ?? fields.hidden_size / fields.num_attention_heads;
}

/** Maps concatenated query, key and value [B, T, qkv] to [B, T, heads·D]: {@link ForwardContext.attend} of one layer. */
export type Attend = (qkv: Tensor) => Tensor;

/** The parts of an architecture in the frame. Each gets its own scope: "self_attn" or "mlp" of a layer. */
export interface DecoderParts {
  readonly norm: Norm;
  readonly selfAttention: (scope: ParameterScope, x: Tensor, attend: Attend) => Tensor;
  readonly feedForward: (scope: ParameterScope, x: Tensor) => Tensor;
}

export function preNormDecoder(
  config: PreNormConfig,
  scope: ParameterScope,
  context: ForwardContext,
  { norm, selfAttention, feedForward }: DecoderParts,
): ForwardResult {
  const { vocabularySize, hiddenSize } = config;
  const tokens = scope.table("model.embed_tokens", vocabularySize, hiddenSize);
  const embeddings = embedding(context.ids, tokens);
  let x = context.embedded?.(embeddings) ?? embeddings;
  for (let i = 0; i < config.layers; i++) {
    const layer = scope.at(`model.layers.${i}`);
    const attend: Attend = (qkv) => context.attend(i, qkv);
    x = context.segment(x, (h) => {
      const attended = add(h, selfAttention(layer.at("self_attn"), norm(layer, "input_layernorm", h), attend));
      return add(attended, feedForward(layer.at("mlp"), norm(layer, "post_attention_layernorm", attended)));
    });
  }
  const hidden = norm(scope, "model.norm", x);
  const head = config.tiedHead ? tokens : scope.table("lm_head", vocabularySize, hiddenSize);
  return { hidden, head: { weight: head, bias: null } };
}

/** Returns grouped-query attention, with or without biases. */
export function groupedAttention(
  { hiddenSize, attention: { heads, kvHeads, headSize } }: PreNormConfig,
  bias: { readonly qkv: boolean; readonly output: boolean },
): (scope: ParameterScope, x: Tensor, attend: Attend) => Tensor {
  const qkv = { q_proj: heads * headSize, k_proj: kvHeads * headSize, v_proj: kvHeads * headSize };
  return (scope, x, attend) =>
    scope.linear({ o_proj: hiddenSize }, attend(scope.linear(qkv, x, { bias: bias.qkv })), { bias: bias.output });
}

/** SwiGLU (Shazeer 2020): down(silu(gate(x)) · up(x)) */
export function gatedFeedForward(
  { hiddenSize, intermediateSize }: PreNormConfig,
  options: { readonly bias: boolean } = { bias: false },
): (scope: ParameterScope, x: Tensor) => Tensor {
  return (scope, x) => {
    const gate = scope.linear({ gate_proj: intermediateSize }, x, options);
    const up = scope.linear({ up_proj: intermediateSize }, x, options);
    return scope.linear({ down_proj: hiddenSize }, mul(silu(gate), up), options);
  };
}
