/** What every architecture provides: how its config reads, and its forward pass, written once. */

import type { z } from "zod";
import type { Head } from "../graph/composites/crossEntropy.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { DecoderConfig, EncoderDecoderConfig } from "./config.ts";
import type { ParameterScope } from "./parameterScope.ts";

/** What differs between the graphs that the forward pass of a decoder is built for. */
export interface ForwardContext {
  /** int64 [B, T] */
  readonly ids: Tensor;
  /** Attention of layer `layer` as the config describes it, over a KV cache or whole sequences: [B, T, qkv] → [B, T, heads·D]. */
  attend(layer: number, qkv: Tensor): Tensor;
  /** Puts something else in the place of tokens' embeddings [B, T, hidden], or in front of them; nothing unless given. */
  embedded?(x: Tensor): Tensor;
  /** Marks a layer, so that training can recompute it. */
  segment(x: Tensor, layer: (x: Tensor) => Tensor): Tensor;
}

export interface ForwardResult {
  /** [B, T, hidden]: what the head takes. */
  readonly hidden: Tensor;
  /** Apart, since it is asked for few rows of `hidden`, and training does not want all logits at once. */
  readonly head: Head;
}

export interface Architecture<Config extends DecoderConfig = DecoderConfig> {
  /** From the parsed config.json to a config; refuses what the forward pass does not honour. */
  readonly configSchema: z.ZodType<Config>;
  forward(config: Config, scope: ParameterScope, context: ForwardContext): ForwardResult;
}

/** What differs between the graphs that the forward pass of an encoder-decoder is built for. */
export interface EncoderDecoderContext {
  readonly encoder: StackContext;
  readonly decoder: StackContext;
  /**
   * Attention of the decoder's layer `layer` to what the encoder has read: query [B, T, heads·D] → [B, T, heads·D].
   *
   * @param keyValue gives keys and values side by side, [B, S, 2·heads·D]. Asked for only where they are not known yet.
   */
  readonly attendEncoded: (layer: number, query: Tensor, keyValue: () => Tensor) => Tensor;
  /** Marks a layer, a function of `inputs`, so that training can recompute it. */
  readonly segment: (inputs: readonly Tensor[], layer: (...inputs: Tensor[]) => Tensor) => Tensor;
}

/** One of the two stacks of layers. */
export interface StackContext {
  /** int64 [B, T] */
  readonly ids: Tensor;
  /** int64 [T, S] or [B, T, S]: how many tokens each key stands behind each query; negative where it stands before it. */
  readonly distances: Tensor;
  /** As {@link ForwardContext.embedded}. */
  embedded?(x: Tensor): Tensor;
  /** Attention of the stack to itself: query, key and value [B, T, 3·heads·D], bias [heads, T, S] or [B, heads, T, S] → [B, T, heads·D]. */
  attend(layer: number, qkv: Tensor, bias: Tensor): Tensor;
}

export interface EncoderDecoder<Config extends EncoderDecoderConfig = EncoderDecoderConfig> {
  readonly configSchema: z.ZodType<Config>;
  forward(config: Config, scope: ParameterScope, context: EncoderDecoderContext): ForwardResult;
}
