/** Converts a LoRA adapter for other runtimes. */

import type { ModelConfig } from "../../architectures/config.ts";
import { UserError } from "../../foundation/errors.ts";
import { say } from "../../foundation/words/said.ts";
import type { Adapter } from "../adapter.ts";
import { isLora } from "../methods/lora.ts";
import { kindOf } from "../methods/methodNamed.ts";
import type { AnyAdapter } from "../origin.ts";
import { ggufLora } from "./ggufLora.ts";
import { onnxAdapter } from "./onnxAdapter.ts";

/** ONNX Runtime's .onnx_adapter, and llama.cpp's GGUF. */
export const adapterFormats = ["onnx-adapter", "gguf"] as const;
export type AdapterFormat = (typeof adapterFormats)[number];

/** Returns the formats that adapters of its method can be converted to. */
export function formatsOf(adapter: AnyAdapter): readonly AdapterFormat[] {
  return isLora(adapter) ? adapterFormats : [];
}

/**
 * @param configOf returns the architecture for llama.cpp, which only the base knows
 * @throws UserError "adapter-unsupported" if the method is not LoRA
 */
export async function convertAdapter(
  adapter: Adapter,
  to: AdapterFormat,
  configOf: () => Promise<ModelConfig>,
): Promise<Uint8Array> {
  if (!isLora(adapter)) {
    throw new UserError(
      "adapter-unsupported",
      say`Cannot convert adapter "${adapter.name}" to ${to}: it is ${kindOf(adapter).describe(adapter)}, and the format supports only LoRA.`,
      say`Use its PEFT folder.`,
    );
  }
  return to === "gguf" ? ggufLora(adapter, await configOf()) : onnxAdapter(adapter);
}
