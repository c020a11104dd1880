/** Qwen2 (Yang et al. 2024): LLaMA with biases on query, key and value. Qwen2.5-Coder is of this type. */

import { z } from "zod";
import type { Architecture } from "./architecture.ts";
import { llama, llamaConfig, llamaFields, type LlamaConfig } from "./llama.ts";

export const qwen2: Architecture<LlamaConfig> = {
  configSchema: z
    .intersection(llamaFields, z.object({ use_sliding_window: z.literal(false).default(false) }))
    .transform((c) => llamaConfig("qwen2", c, { qkv: true, output: false, feedForward: false })),
  forward: (config, site, context) => llama.forward(config, site, context),
};
