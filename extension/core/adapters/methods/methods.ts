/** The ways to train, and what the training graph is told of each. */

import type { Tensor } from "../../graph/tensor.ts";
import type { Attachment, ParameterOf } from "./attachment.ts";
import { attachFull, type FullSpec } from "./full.ts";
import { attachIa3, type Ia3Spec } from "./ia3.ts";
import { attachLora, type LoraSpec } from "./lora.ts";
import { attachPrefix, type PrefixSpec } from "./prefix.ts";
import { attachPrompt, type PromptSpec } from "./prompt.ts";

export const methodNames = ["lora", "ia3", "prompt", "prefix", "full"] as const;
export type MethodName = (typeof methodNames)[number];

/** What is trained, and how; plain data. */
export type MethodSpec = LoraSpec | Ia3Spec | PromptSpec | PrefixSpec | FullSpec;

/** @param noise see {@link attachLora} */
export function attach(spec: MethodSpec, parameterOf: ParameterOf, noise: Tensor | null): Attachment {
  switch (spec.method) {
    case "lora":
      return attachLora(spec, parameterOf, noise);
    case "ia3":
      return attachIa3(spec, parameterOf);
    case "prompt":
      return attachPrompt(spec, parameterOf);
    case "prefix":
      return attachPrefix(spec, parameterOf);
    case "full":
      return attachFull(parameterOf);
  }
}
