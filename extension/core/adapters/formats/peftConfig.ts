/** Reads and writes PEFT's adapter_config.json. Refuses every setting that Graft would compute differently. */

import * as z from "zod";
import { say, verbatim, type Said } from "../../foundation/words/said.ts";
import type { Adapter } from "../adapter.ts";
import { adapterKinds, kindOf } from "../methods/methodNamed.ts";
import type { AdapterFacts } from "../methods/method.ts";
import { parsePeft, shown, unsupported } from "./peftErrors.ts";

/** The PEFT version whose layout Graft reads and writes. */
const peftVersion = "0.21.2";

const commonSchema = z.looseObject({
  peft_type: z.string(),
  base_model_name_or_path: z.string().nullish(),
});

/**
 * Keys that change what an adapter computes in ways that Graft does not support. Each must be absent or neutral: null, false,
 * empty, or "none". Keys that are neither here nor read do not affect a trained adapter.
 */
const lacking: Readonly<Record<string, Said>> = {
  use_dora: verbatim("DoRA"),
  rank_pattern: say`ranks by module`,
  alpha_pattern: say`alphas by module`,
  modules_to_save: say`modules trained in full`,
  bias: say`trained biases`,
  lora_bias: say`biases in its LoRA matrices`,
  fan_in_fan_out: say`transposed weights`,
  layer_replication: say`replicated layers`,
  target_parameters: say`parameters outside of linear modules`,
  trainable_token_indices: say`trained token embeddings`,
  alora_invocation_tokens: say`activation by tokens (aLoRA)`,
  use_qalora: verbatim("QALoRA"),
  use_bdlora: say`block-diagonal LoRA`,
  arrow_config: say`arrow routing`,
  kasa_config: verbatim("KaSA"),
  monteclora_config: verbatim("MonteCLoRA"),
};

/** @throws UserError "adapter-invalid" or "adapter-unsupported" */
export function readConfig(name: string, json: unknown): AdapterFacts {
  const config = parsePeft(name, commonSchema, json);
  for (const [key, meaning] of Object.entries(lacking)) {
    if (!isNeutral(config[key])) {
      throw unsupported(name, say`it uses ${meaning} ("${key}": ${shown(config[key])}), which Graft lacks`);
    }
  }
  const known = adapterKinds();
  const found = known.find(({ kind }) => kind.peftType === config.peft_type);
  if (!found) {
    const types = known.map(({ kind }) => kind.peftType);
    throw unsupported(name, say`its PEFT type is ${config.peft_type}, and Graft supports ${types.join(", ")}`);
  }
  const facts = found.kind.readConfig(name, config);
  return { method: found.method, baseModel: config.base_model_name_or_path ?? "", ...facts };
}

/** The content of adapter_config.json, keys sorted as PEFT sorts them. */
export function writeConfig(adapter: Adapter): string {
  const kind = kindOf(adapter);
  const config = {
    base_model_name_or_path: adapter.baseModel === "" ? null : adapter.baseModel,
    inference_mode: true,
    modules_to_save: null,
    peft_version: peftVersion,
    task_type: "CAUSAL_LM",
    peft_type: kind.peftType,
    ...kind.configOf(adapter),
  };
  return `${JSON.stringify(Object.fromEntries(Object.entries(config).toSorted(([a], [b]) => (a < b ? -1 : 1))), null, 2)}\n`;
}

function isNeutral(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === "none") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
