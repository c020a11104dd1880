/**
 * CodeGen (Nijkamp et al. 2022) and CodeGen2 (2023): Hugging Face's CodeGenForCausalLM. As in GPT-J, attention and
 * feed-forward run in parallel on the same norm:
 *
 *     x ─┬─ norm ─┬─ self-attention ─┬─(+)─ next layer
 *        │        └─ feed-forward ───┤
 *        └───────────────────────────┘
 */

import * as z from "zod";
import { geluTanh } from "../graph/composites/activations.ts";
import { embedding } from "../graph/composites/linear.ts";
import { add } from "../graph/primitives/elementwise.ts";
import { concat, reshape, split, transpose } from "../graph/primitives/shaping.ts";
import { dimension } from "../graph/shape.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Architecture } from "./architecture.ts";
import type { DecoderConfig } from "./config.ts";
import { layerNorms } from "./norms.ts";
import { plainFrequencies } from "./rope.ts";
import { longestContext } from "./rotary.ts";
import type { ParameterScope } from "./parameterScope.ts";

const count = z.int().positive();

const fields = z
  .object({
    vocab_size: count.max(1_000_000),
    n_embd: count.max(65_536),
    n_layer: count.max(1_000),
    n_head: count,
    n_inner: count.max(1_000_000).nullish(),
    n_positions: count,
    rotary_dim: count.max(1024).multipleOf(2),
    activation_function: z.enum(["gelu_new", "gelu_pytorch_tanh"]).default("gelu_new"),
    layer_norm_epsilon: z.number().positive().default(1e-5),
    scale_attn_weights: z.literal(true).optional(),
    tie_word_embeddings: z.boolean().default(false),
    // Only CodeGen2 1B and 3.7B have these two fields, and code of their own; see partitionsOf.
    head_dim: count.nullish(),
    auto_map: z.looseObject({ AutoModelForCausalLM: z.string().optional() }).nullish(),
  })
  .refine((c) => c.n_embd % c.n_head === 0, { message: "n_embd must be a multiple of n_head" })
  .refine((c) => c.rotary_dim <= c.n_embd / c.n_head, { message: "rotary_dim must not exceed the size of a head" })
  .refine((c) => c.n_head % partitionsOf(c) === 0, {
    error: ({ input }) => `n_head must be a multiple of ${partitionsOf(input as { head_dim?: number })}`,
  });

export interface CodeGenConfig extends DecoderConfig {
  readonly intermediateSize: number;
  readonly normEpsilon: number;
  /** Whether the embedding is also the output head. */
  readonly tiedHead: boolean;
  /** The number of partitions of the rows of qkv_proj. Each holds queries, values and keys of its share of the heads. */
  readonly partitions: number;
}

export const codegen: Architecture<CodeGenConfig> = {
  configSchema: fields.transform((c) => ({
    modelType: "codegen",
    vocabularySize: c.vocab_size,
    hiddenSize: c.n_embd,
    layers: c.n_layer,
    contextLength: Math.min(c.n_positions, longestContext),
    attention: { heads: c.n_head, kvHeads: c.n_head, headSize: c.n_embd / c.n_head },
    rotary: { frequencies: plainFrequencies(10_000, c.rotary_dim), magnitude: 1, interleaved: true },
    intermediateSize: c.n_inner ?? 4 * c.n_embd,
    normEpsilon: c.layer_norm_epsilon,
    tiedHead: c.tie_word_embeddings,
    partitions: partitionsOf(c),
  })),

  forward: (config, scope, context) => {
    const { vocabularySize, hiddenSize } = config;
    const norm = layerNorms(config.normEpsilon);
    const tokens = scope.table("transformer.wte", vocabularySize, hiddenSize);
    const embeddings = embedding(context.ids, tokens);
    let x = context.embedded?.(embeddings) ?? embeddings;
    for (let i = 0; i < config.layers; i++) {
      const layer = scope.at(`transformer.h.${i}`);
      x = context.segment(x, (h) => {
        const normed = norm(layer, "ln_1", h);
        const attended = selfAttention(config, layer.at("attn"), normed, (qkv) => context.attend(i, qkv));
        return add(h, add(attended, feedForward(config, layer.at("mlp"), normed)));
      });
    }
    const hidden = norm(scope, "transformer.ln_f", x);
    const head = config.tiedHead ? tokens : scope.table("lm_head", vocabularySize, hiddenSize);
    const bias = scope.vector("lm_head.bias", vocabularySize);
    return { hidden, head: { weight: head, bias } };
  },
};

function selfAttention(
  config: CodeGenConfig,
  scope: ParameterScope,
  x: Tensor,
  attend: (qkv: Tensor) => Tensor,
): Tensor {
  const { hiddenSize, partitions } = config;
  const qkv = scope.linear({ qkv_proj: 3 * hiddenSize }, x);
  return scope.linear({ out_proj: hiddenSize }, attend(inOrder(qkv, partitions)));
}

/** Reorders [B, T, partitions · (query, value, key)] → [B, T, (query, key, value)], with the partitions' heads concatenated. */
function inOrder(qkv: Tensor, partitions: number): Tensor {
  const [batch, length, width] = [dimension(qkv, 0), dimension(qkv, 1), Number(dimension(qkv, 2))];
  const apart = reshape(qkv, [batch, length, partitions, 3, width / partitions / 3]);
  const together = reshape(transpose(apart, [0, 1, 3, 2, 4]), [batch, length, width]);
  const [query, value, key] = split(together, [width / 3, width / 3, width / 3], -1);
  return concat([query!, key!, value!], -1);
}

function feedForward({ hiddenSize, intermediateSize }: CodeGenConfig, scope: ParameterScope, x: Tensor): Tensor {
  const inner = geluTanh(scope.linear({ fc_in: intermediateSize }, x, { bias: true }));
  return scope.linear({ fc_out: hiddenSize }, inner, { bias: true });
}

/**
 * Returns the number of partitions of qkv_proj. The weights were trained on 4 or 8 cores of a TPU, and qkv_proj is
 * still partitioned by core. No config states the number; the code of the model contains it. It is 4 in transformers,
 * which CodeGen and the "_P" versions of CodeGen2 use, and 8 in the modeling_codegen.py of CodeGen2 1B and 3.7B. Only
 * their configs name code of their own (auto_map) and a head_dim; other converters use the same test (CTranslate2,
 * fauxpilot issue 202).
 */
function partitionsOf({ auto_map, head_dim }: { auto_map?: unknown; head_dim?: number | null | undefined }): number {
  return auto_map && head_dim ? 8 : 4;
}
