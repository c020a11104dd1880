/** PEFT's adapter_config.json: reading it with a refusal of all that we would compute differently, and writing it. */

import * as z from "zod";
import { UserError } from "../foundation/errors.ts";
import type { Adapter, Ia3Adapter, LoraAdapter, PrefixAdapter, PromptAdapter } from "./adapter.ts";

/** What adapter_config.json says about an adapter. */
export type AdapterSettings =
  | Omit<LoraAdapter, "name" | "scaling" | "modules">
  | Omit<Ia3Adapter, "name" | "modules">
  | Omit<PromptAdapter, "name" | "values">
  | Omit<PrefixAdapter, "name" | "values">;

export type SettingsOf<Method> = Extract<AdapterSettings, { method: Method }>;

/** The version whose layout we read and write. */
const peftVersion = "0.21.2";

const commonSchema = z.looseObject({
  peft_type: z.string(),
  base_model_name_or_path: z.string().nullish(),
});
const count = z.int().positive();
const loraSchema = z.object({
  r: count,
  lora_alpha: z.number(),
  lora_dropout: z.number().min(0).max(1).default(0),
  use_rslora: z.boolean().nullish(),
});
const promptSchema = z.object({
  num_virtual_tokens: count,
  token_dim: count,
  num_transformer_submodules: z.union([z.literal(1), z.literal(2)]).default(1),
});
/** `token_dim` and `num_attention_heads` count what has keys and values of its own, not all heads. */
const prefixSchema = promptSchema
  .extend({ num_layers: count, num_attention_heads: count })
  .refine((c) => c.token_dim % c.num_attention_heads === 0, {
    error: ({ input }) => {
      const { token_dim, num_attention_heads } = input as Record<string, unknown>;
      return `token_dim ${String(token_dim)} is no multiple of num_attention_heads ${String(num_attention_heads)}`;
    },
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
  const config = parse(name, commonSchema, json);
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
      const { r, lora_alpha, lora_dropout, use_rslora } = parse(name, loraSchema, json);
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
    case "PROMPT_TUNING": {
      const c = parse(name, promptSchema, json);
      const stacks = c.num_transformer_submodules;
      return { method: "prompt", baseModel, tokens: c.num_virtual_tokens, hiddenSize: c.token_dim, stacks };
    }
    case "PREFIX_TUNING": {
      // A projection (prefix_projection) shaped the training; what is saved are its results.
      const c = parse(name, prefixSchema, json);
      return {
        method: "prefix",
        baseModel,
        tokens: c.num_virtual_tokens,
        layers: c.num_layers,
        kvHeads: c.num_attention_heads,
        headSize: c.token_dim / c.num_attention_heads,
        stacks: c.num_transformer_submodules,
      };
    }
    default: {
      const known = "LORA, IA3, PROMPT_TUNING and PREFIX_TUNING";
      throw unsupported(name, `it is of PEFT's type ${config.peft_type}, and Graft knows ${known}`);
    }
  }
}

function parse<T>(name: string, schema: z.ZodType<T>, json: unknown): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw invalid(name, `its adapter_config.json is not PEFT's:\n${z.prettifyError(parsed.error)}`);
}

/** The content of adapter_config.json, keys sorted as PEFT sorts them. */
export function writeSettings(adapter: Adapter): string {
  const config = {
    base_model_name_or_path: adapter.baseModel === "" ? null : adapter.baseModel,
    inference_mode: true,
    modules_to_save: null,
    peft_version: peftVersion,
    task_type: "CAUSAL_LM",
    ...fieldsOf(adapter),
  };
  return `${JSON.stringify(Object.fromEntries(Object.entries(config).toSorted(([a], [b]) => (a < b ? -1 : 1))), null, 2)}\n`;
}

function fieldsOf(adapter: Adapter): Readonly<Record<string, unknown>> {
  switch (adapter.method) {
    case "lora":
      return {
        peft_type: "LORA",
        ...taskOf(adapter.modules),
        target_modules: targetModules([...adapter.modules.keys()]),
        fan_in_fan_out: false,
        r: adapter.rank,
        lora_alpha: adapter.alpha,
        lora_dropout: adapter.dropout,
        use_rslora: adapter.rsLora,
        use_dora: false,
        bias: "none",
        rank_pattern: {},
        alpha_pattern: {},
        init_lora_weights: true,
      };
    case "ia3": {
      const paths = [...adapter.modules.keys()];
      const scaledInputs = paths.filter((path) => adapter.modules.get(path)?.on === "input");
      return {
        peft_type: "IA3",
        ...taskOf(adapter.modules),
        target_modules: targetModules(paths),
        fan_in_fan_out: false,
        feedforward_modules: targetModules(scaledInputs, paths),
        init_ia3_weights: true,
      };
    }
    case "prompt":
      return {
        peft_type: "PROMPT_TUNING",
        ...virtualTokens(adapter),
        token_dim: adapter.hiddenSize,
        prompt_tuning_init: "RANDOM",
      };
    case "prefix":
      return {
        peft_type: "PREFIX_TUNING",
        ...virtualTokens(adapter),
        token_dim: adapter.kvHeads * adapter.headSize,
        num_layers: adapter.layers,
        num_attention_heads: adapter.kvHeads,
        // Of a projection, which is not there; PEFT fills it in all the same.
        encoder_hidden_size: adapter.kvHeads * adapter.headSize,
        prefix_projection: false,
      };
  }
}

/** Where modules belong to an encoder or to a decoder, the model has both. */
function taskOf(modules: ReadonlyMap<string, unknown>): Readonly<Record<string, unknown>> {
  const isEncoderDecoder = [...modules.keys()].some((path) => /^(encoder|decoder)\./.test(path));
  return isEncoderDecoder ? { task_type: "SEQ_2_SEQ_LM" } : {};
}

function virtualTokens({ tokens, stacks }: PromptAdapter | PrefixAdapter): Readonly<Record<string, unknown>> {
  return {
    num_virtual_tokens: tokens,
    num_transformer_submodules: stacks,
    ...(stacks === 2 && { task_type: "SEQ_2_SEQ_LM" }),
  };
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
    "Merge it into its base with PEFT and import that, or train an adapter with Graft.",
  );
}
