/** What every architecture provides: how its config reads, and its forward pass, written once. */

import type { z } from "zod";
import type { Tensor } from "../graph/tensor.ts";
import type { ModelConfig } from "./config.ts";
import type { Site } from "./site.ts";

/** What differs between the graphs that a forward pass is built for. */
export interface ForwardContext {
  /** int64 [B, T] */
  readonly ids: Tensor;
  /** Attention of layer `layer` as the config describes it, over a KV cache or whole sequences: [B, T, qkv] → [B, T, heads·D]. */
  attend(layer: number, qkv: Tensor): Tensor;
  /** Marks a layer, so that training can recompute it. */
  segment(x: Tensor, layer: (x: Tensor) => Tensor): Tensor;
}

export interface ForwardResult {
  /** [B, T, hidden], after the last norm. */
  readonly hidden: Tensor;
  /** Rows of hidden [.., hidden] → [.., vocabulary]. Apart, since few rows are ever asked for. */
  logits(rows: Tensor): Tensor;
}

export interface Architecture<Config extends ModelConfig = ModelConfig> {
  /** From the parsed config.json to a config; refuses what the forward pass does not honour. */
  readonly configSchema: z.ZodType<Config>;
  forward(config: Config, site: Site, context: ForwardContext): ForwardResult;
}
