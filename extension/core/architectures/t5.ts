/** T5 (Raffel et al. 2020): Hugging Face's T5ForConditionalGeneration. CodeT5 and CodeT5+ 220M and 770M have this type. */

import * as z from "zod";
import { geluTanh } from "../graph/composites/activations.ts";
import { distanceBias } from "../graph/composites/biasedAttention.ts";
import { embedding } from "../graph/composites/linear.ts";
import { rmsNorm } from "../graph/composites/norms.ts";
import { add, mul, relu } from "../graph/primitives/elementwise.ts";
import { gather } from "../graph/primitives/indexing.ts";
import { constant, scalar, type Tensor } from "../graph/tensor.ts";
import type { EncoderDecoder, StackContext } from "./architecture.ts";
import type { EncoderDecoderConfig } from "./config.ts";
import { distanceBuckets, type BucketOptions } from "./distanceBuckets.ts";
import type { ParameterScope } from "./parameterScope.ts";

const count = z.int().positive();
const token = z.int().nonnegative();

const fields = z
  .object({
    vocab_size: count.max(1_000_000),
    d_model: count.max(65_536),
    d_kv: count.max(65_536),
    d_ff: count.max(1_000_000),
    num_layers: count.max(1_000),
    num_decoder_layers: count.max(1_000).nullish(),
    num_heads: count.max(10_000),
    // The buckets are halved twice: by direction, and for the near distances with single buckets.
    relative_attention_num_buckets: z.int().min(4).max(10_000).default(32),
    relative_attention_max_distance: count.default(128),
    layer_norm_epsilon: z.number().positive().default(1e-6),
    feed_forward_proj: z.enum(["relu", "gated-gelu"]).default("relu"),
    n_positions: count.max(65_536).default(512),
    pad_token_id: token.nullish(),
    decoder_start_token_id: token.nullish(),
    tie_word_embeddings: z.boolean().default(true),
    // Transformers 5 writes this field instead of the one above, which it always sets to true.
    scale_decoder_outputs: z.boolean().optional(),
  })
  .refine((c) => c.relative_attention_max_distance > c.relative_attention_num_buckets / 2, {
    message: "relative_attention_max_distance must be larger than half of relative_attention_num_buckets",
  });

export interface T5Config extends EncoderDecoderConfig {
  readonly encoderLayers: number;
  readonly intermediateSize: number;
  readonly normEpsilon: number;
  /** Whether the feed-forward layer is gated with GELU (T5 1.1) instead of a plain ReLU layer. */
  readonly gated: boolean;
  /** Whether the embedding is also the output head, for which hidden states are scaled down. */
  readonly tiedHead: boolean;
  readonly distances: BucketOptions;
}

export const t5: EncoderDecoder<T5Config> = {
  configSchema: fields.transform((c) => ({
    modelType: "t5",
    vocabularySize: c.vocab_size,
    hiddenSize: c.d_model,
    layers: c.num_decoder_layers ?? c.num_layers,
    contextLength: c.n_positions,
    attention: { heads: c.num_heads, kvHeads: c.num_heads, headSize: c.d_kv },
    startToken: c.decoder_start_token_id ?? c.pad_token_id ?? 0,
    encoderLayers: c.num_layers,
    intermediateSize: c.d_ff,
    normEpsilon: c.layer_norm_epsilon,
    gated: c.feed_forward_proj === "gated-gelu",
    tiedHead: c.scale_decoder_outputs ?? c.tie_word_embeddings,
    distances: {
      buckets: c.relative_attention_num_buckets,
      maxDistance: c.relative_attention_max_distance,
    },
  })),

  forward(config, scope, { encoder, decoder, attendEncoded, segment }) {
    const { vocabularySize, hiddenSize, attention, tiedHead } = config;
    const width = attention.heads * attention.headSize;
    const tokens = scope.table("shared", vocabularySize, hiddenSize);

    const read = stackOf(config, scope.at("encoder"), encoder, "bidirectional");
    const embeddings = embedding(encoder.ids, tokens);
    let x = encoder.embedded?.(embeddings) ?? embeddings;
    for (let i = 0; i < config.encoderLayers; i++) {
      const block = scope.at(`encoder.block.${i}`);
      x = segment([x], (h) => feedForward(config, block.at("layer.1"), read.attention(i, block.at("layer.0"), h)));
    }
    const encoded = read.finalNorm(x);

    const write = stackOf(config, scope.at("decoder"), decoder, "causal");
    const attendTo = (i: number, layer: ParameterScope, h: Tensor, e: Tensor): Tensor => {
      const cross = layer.at("EncDecAttention");
      const query = cross.linear({ q: width }, normed(config, layer, h));
      const attended = attendEncoded(i, query, () => cross.linear({ k: width, v: width }, e));
      return add(h, cross.linear({ o: hiddenSize }, attended));
    };
    x = embedding(decoder.ids, tokens);
    for (let i = 0; i < config.layers; i++) {
      const block = scope.at(`decoder.block.${i}`);
      x = segment([x, encoded], (h, e) => {
        const attended = attendTo(i, block.at("layer.1"), write.attention(i, block.at("layer.0"), h), e);
        return feedForward(config, block.at("layer.2"), attended);
      });
    }
    const last = write.finalNorm(x);
    if (!tiedHead) {
      const weight = scope.table("lm_head", vocabularySize, hiddenSize);
      return { hidden: last, head: { weight, bias: null } };
    }
    return { hidden: mul(last, scalar(hiddenSize ** -0.5)), head: { weight: tokens, bias: null } };
  },
};

/**
 * Returns the common parts of encoder and decoder: self-attention with one position bias for all layers, and the final
 * norm.
 */
function stackOf(
  config: T5Config,
  scope: ParameterScope,
  context: StackContext,
  direction: "bidirectional" | "causal",
) {
  const { hiddenSize, attention, distances, contextLength } = config;
  const width = attention.heads * attention.headSize;
  const table = scope
    .at("block.0.layer.0.SelfAttention")
    .exactTable("relative_attention_bias", distances.buckets, attention.heads);
  const buckets = distanceBuckets({ ...distances, direction }, contextLength);
  const bias = distanceBias(gather(table, constant(buckets, [buckets.length])), context.distances);
  return {
    attention: (i: number, layer: ParameterScope, x: Tensor): Tensor => {
      const self = layer.at("SelfAttention");
      const qkv = self.linear({ q: width, k: width, v: width }, normed(config, layer, x));
      return add(x, self.linear({ o: hiddenSize }, context.attend(i, qkv, bias)));
    },
    finalNorm: (x: Tensor): Tensor =>
      rmsNorm(x, scope.vector("final_layer_norm.weight", hiddenSize), config.normEpsilon),
  };
}

function feedForward(config: T5Config, layer: ParameterScope, x: Tensor): Tensor {
  const scope = layer.at("DenseReluDense");
  const h = normed(config, layer, x);
  const inner = (name: string): Tensor => scope.linear({ [name]: config.intermediateSize }, h);
  const hidden = config.gated ? mul(geluTanh(inner("wi_0")), inner("wi_1")) : relu(inner("wi"));
  return add(x, scope.linear({ wo: config.hiddenSize }, hidden));
}

function normed({ hiddenSize, normEpsilon }: T5Config, layer: ParameterScope, x: Tensor): Tensor {
  return rmsNorm(x, layer.vector("layer_norm.weight", hiddenSize), normEpsilon);
}
