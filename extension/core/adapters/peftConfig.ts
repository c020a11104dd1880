/** PEFT's adapter_config.json: reading it with a refusal of all that we would compute differently, and writing it. */

import * as z from "zod";
import { UserError } from "../base/errors.ts";
import type { Adapter } from "./adapter.ts";

/** What adapter_config.json says about an adapter. */
export type AdapterSettings =
  | {
      readonly method: "lora";
      readonly baseModel: string;
      readonly rank: number;
      readonly alpha: number;
      readonly dropout: number;
      readonly rsLora: boolean;
    }
  | { readonly method: "ia3"; readonly baseModel: string };

/** The version whose layout we read and write. */
const peftVersion = "0.21.2";

const commonSchema = z.looseObject({
  peft_type: z.string(),
  base_model_name_or_path: z.string().nullish(),
});
const loraSchema = z.object({
  r: z.int().positive(),
  lora_alpha: z.number(),
  lora_dropout: z.number().min(0).max(1).default(0),
  use_rslora: z.boolean().nullish(),
});

/**
 * Keys that change what an adapter computes, in ways that Graft lacks. Each must be absent or neutral: null, false,
 * empty, or "none". All other keys that we do not read are of no consequence for a trained adapter.
 */
const lacking: Readonly<Record<string, string>> = {
  use_dora: "DoRA",
  rank_pattern: "ranks by module",
  alpha_pattern: "alphas by module",
  modules_to_save: "modules trained in full",
  bias: "trained biases",
  lora_bias: "biases in its own matrices",
  fan_in_fan_out: "transposed weights",
  layer_replication: "replicated layers",
  target_parameters: "parameters outside of linear modules",
  trainable_token_indices: "trained token embeddings",
  alora_invocation_tokens: "activation by tokens (aLoRA)",
  use_qalora: "QALoRA",
  use_bdlora: "block-diagonal LoRA",
  arrow_config: "arrow routing",
  kasa_config: "KaSA",
  monteclora_config: "MonteCLoRA",
};

/** Ways to start the matrices that leave the base as it is; the others (PiSSA, OLoRA, CorDA, …) change it. */
const harmlessStarts: ReadonlySet<unknown> = new Set([undefined, null, true, false, "gaussian", "eva", "orthogonal"]);

/** @throws UserError "adapter-invalid" or "adapter-unsupported" */
export function readSettings(name: string, json: unknown): AdapterSettings {
  const common = commonSchema.safeParse(json);
  if (!common.success) throw invalid(name, `its adapter_config.json is not PEFT's:\n${z.prettifyError(common.error)}`);
  const config = common.data;
  const baseModel = config.base_model_name_or_path ?? "";
  for (const [key, meaning] of Object.entries(lacking)) {
    if (!isNeutral(config[key])) {
      throw unsupported(name, `it uses ${meaning} ("${key}": ${JSON.stringify(config[key])}), which Graft lacks`);
    }
  }
  switch (config.peft_type) {
    case "LORA": {
      const start = config["init_lora_weights"];
      if (!harmlessStarts.has(start)) {
        throw unsupported(
          name,
          `it starts from a base that ${JSON.stringify(start)} has changed ("init_lora_weights")`,
        );
      }
      const lora = loraSchema.safeParse(json);
      if (!lora.success) throw invalid(name, `its adapter_config.json is not PEFT's:\n${z.prettifyError(lora.error)}`);
      const { r, lora_alpha, lora_dropout, use_rslora } = lora.data;
      return {
        method: "lora",
        baseModel,
        rank: r,
        alpha: lora_alpha,
        dropout: lora_dropout,
        rsLora: use_rslora ?? false,
      };
    }
    case "IA3":
      return { method: "ia3", baseModel };
    default:
      throw unsupported(name, `it is of PEFT's type ${config.peft_type}, and Graft knows LORA and IA3`);
  }
}

/** The content of adapter_config.json, keys sorted as PEFT sorts them. */
export function writeSettings(adapter: Adapter): string {
  const targets = targetModules([...adapter.modules.keys()]);
  const common = {
    base_model_name_or_path: adapter.baseModel === "" ? null : adapter.baseModel,
    fan_in_fan_out: false,
    inference_mode: true,
    modules_to_save: null,
    peft_version: peftVersion,
    target_modules: targets,
    task_type: "CAUSAL_LM",
  };
  const config =
    adapter.method === "lora"
      ? {
          ...common,
          peft_type: "LORA",
          r: adapter.rank,
          lora_alpha: adapter.alpha,
          lora_dropout: adapter.dropout,
          use_rslora: adapter.rsLora,
          use_dora: false,
          bias: "none",
          rank_pattern: {},
          alpha_pattern: {},
          init_lora_weights: true,
        }
      : {
          ...common,
          peft_type: "IA3",
          feedforward_modules: targetModules(
            [...adapter.modules].filter(([, { on }]) => on === "input").map(([path]) => path),
            [...adapter.modules.keys()],
          ),
          init_ia3_weights: true,
        };
  return `${JSON.stringify(Object.fromEntries(Object.entries(config).toSorted(([a], [b]) => (a < b ? -1 : 1))), null, 2)}\n`;
}

/**
 * How PEFT should find `paths` again among `all`: by their last names ("q_proj") if that means the same modules of each
 * layer from the first on, else by full paths, as PEFT itself does for "all-linear".
 */
function targetModules(paths: readonly string[], all = paths): string[] {
  const lastName = (path: string): string => path.slice(path.lastIndexOf(".") + 1);
  const names = new Set(paths.map(lastName));
  const layers = new Set(all.map(layerOf));
  const everywhere = [...names].every((name) => {
    const chosen = paths.filter((path) => lastName(path) === name);
    return chosen.length === layers.size && new Set(chosen.map(layerOf)).size === layers.size;
  });
  const fromFirst = [...layers.keys()].every((layer) => layer !== undefined && layer < layers.size);
  return everywhere && fromFirst ? [...names].toSorted() : [...paths].toSorted();
}

function layerOf(path: string): number | undefined {
  const number = /\.(\d+)\./.exec(path)?.[1];
  return number === undefined ? undefined : Number(number);
}

function isNeutral(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === "none") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** The refusal of a damaged adapter. `reason` completes "Cannot load adapter NAME: …". */
export function invalid(name: string, reason: string, cause?: unknown): UserError {
  const nextStep = "Copy the adapter again, or train it anew.";
  return new UserError("adapter-invalid", `Cannot load adapter "${name}": ${reason}.`, nextStep, { cause });
}

function unsupported(name: string, reason: string): UserError {
  return new UserError(
    "adapter-unsupported",
    `Cannot load adapter "${name}": ${reason}.`,
    "Merge it into its base with PEFT and import that, or train a plain LoRA or IA3 adapter.",
  );
}
