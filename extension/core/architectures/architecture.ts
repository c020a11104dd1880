/** The interface of an architecture: its config schema, and its forward pass, written once. */

import type * as z from "zod";
import type { Head } from "../graph/composites/crossEntropy.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { DecoderConfig, EncoderDecoderConfig } from "./config.ts";
import type { ParameterScope } from "./parameterScope.ts";

/** The parts of a decoder's forward pass that differ between inference and training graphs. */
export interface ForwardContext {
  /** int64 [B, T] */
  readonly ids: Tensor;
  /** Computes the attention of layer `layer` over a KV cache or whole sequences: [B, T, qkv] → [B, T, heads·D]. */
  attend(layer: number, qkv: Tensor): Tensor;
  /** Replaces token embeddings [B, T, hidden], or puts others in front of them. By default they stay unchanged. */
  embedded?(x: Tensor): Tensor;
  /** Marks a layer as a segment that training can recompute. */
  segment(x: Tensor, layer: (x: Tensor) => Tensor): Tensor;
}

export interface ForwardResult {
  /** [B, T, hidden]: the head's input. */
  readonly hidden: Tensor;
  /** The head, not yet applied: inference needs it for few rows of `hidden`, and training never needs all logits at once. */
  readonly head: Head;
}

export interface Architecture<Config extends DecoderConfig = DecoderConfig> {
  /** Turns the parsed config.json into a config. Rejects settings that the forward pass does not implement. */
  readonly configSchema: z.ZodType<Config>;
  forward(config: Config, scope: ParameterScope, context: ForwardContext): ForwardResult;
}

/** The parts of an encoder-decoder's forward pass that differ between inference and training graphs. */
export interface EncoderDecoderContext {
  readonly encoder: StackContext;
  readonly decoder: StackContext;
  /**
   * Computes the cross-attention of the decoder's layer `layer`: query [B, T, heads·D] → [B, T, heads·D].
   *
   * @param keyValue returns the encoder's keys and values, [B, S, 2·heads·D]; called only if they are not cached
   */
  readonly attendEncoded: (layer: number, query: Tensor, keyValue: () => Tensor) => Tensor;
  /** Marks a layer, a function of `inputs`, as a segment that training can recompute. */
  readonly segment: (inputs: readonly Tensor[], layer: (...inputs: Tensor[]) => Tensor) => Tensor;
}

/** The encoder's or the decoder's stack of layers. */
export interface StackContext {
  /** int64 [B, T] */
  readonly ids: Tensor;
  /** int64 [T, S] or [B, T, S]: the position of each key minus that of each query; negative for earlier keys. */
  readonly distances: Tensor;
  /** Does the same as {@link ForwardContext.embedded}. */
  embedded?(x: Tensor): Tensor;
  /**
   * Computes self-attention: query, key and value [B, T, 3·heads·D], bias [heads, T, S] or [B, heads, T, S] → [B, T,
   * heads·D].
   */
  attend(layer: number, qkv: Tensor, bias: Tensor): Tensor;
}

export interface EncoderDecoder<Config extends EncoderDecoderConfig = EncoderDecoderConfig> {
  readonly configSchema: z.ZodType<Config>;
  forward(config: Config, scope: ParameterScope, context: EncoderDecoderContext): ForwardResult;
}
