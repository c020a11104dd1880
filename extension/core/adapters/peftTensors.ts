/** An adapter's values under the names and shapes that PEFT gives them. It reads and writes no files. */

import { internalError } from "../foundation/errors.ts";
import {
  loraScaling,
  type Adapter,
  type Counted,
  type Ia3Adapter,
  type Ia3Factors,
  type LoraAdapter,
  type LoraMatrices,
  type PrefixAdapter,
  type PromptAdapter,
} from "./adapter.ts";
import { invalid, type AdapterSettings, type SettingsOf } from "./peftConfig.ts";

export interface AdapterTensor<Values = Float32Array> {
  readonly shape: readonly number[];
  readonly values: Values;
}

/** Of a part, such as "lora_A.weight", of what is attached to the module `path`. */
export function peftKey(path: string, part: string): string {
  return `base_model.model.${path}.${part}`;
}

/** Of a prompt or a prefix. */
export const virtualTokensKey = "prompt_embeddings";

/**
 * The adapter that consists of `tensors`, by PEFT's keys: lora_A.weight [r, in] and lora_B.weight [out, r], or ia3_l
 * [out, 1] (scales the output) and [1, in] (scales the input), or prompt_embeddings with a row a virtual token.
 *
 * @throws UserError "adapter-invalid" where keys, shapes or values do not make an adapter of these settings.
 */
export function adapterFromTensors<Values extends Counted>(
  name: string,
  settings: AdapterSettings,
  tensors: ReadonlyMap<string, AdapterTensor<Values>>,
): Adapter<Values> {
  if (tensors.size === 0) throw invalid(name, "it holds no tensors");
  for (const [key, { values }] of tensors) {
    if (values instanceof Float32Array && !values.every(Number.isFinite)) {
      throw invalid(name, `"${key}" holds values that are not finite numbers`);
    }
  }
  switch (settings.method) {
    case "lora":
      return loraFrom(name, settings, tensors);
    case "ia3":
      return ia3From(name, settings, tensors);
    default:
      return { name, ...settings, values: virtualTokens(name, settings, tensors) };
  }
}

/** PEFT's keys, in the order of the modules. */
export function tensorsOfAdapter(adapter: Adapter): Map<string, AdapterTensor> {
  const tensors = new Map<string, AdapterTensor>();
  switch (adapter.method) {
    case "lora":
      for (const [path, { a, b, inFeatures, outFeatures }] of adapter.modules) {
        tensors.set(peftKey(path, "lora_A.weight"), { shape: [adapter.rank, inFeatures], values: a });
        tensors.set(peftKey(path, "lora_B.weight"), { shape: [outFeatures, adapter.rank], values: b });
      }
      break;
    case "ia3":
      for (const [path, { on, values }] of adapter.modules) {
        const shape = on === "input" ? [1, values.length] : [values.length, 1];
        tensors.set(peftKey(path, "ia3_l"), { shape, values });
      }
      break;
    default:
      tensors.set(virtualTokensKey, { shape: virtualTokensShape(adapter), values: adapter.values });
  }
  return tensors;
}

type VirtualTokens = SettingsOf<PromptAdapter["method"] | PrefixAdapter["method"]>;

function virtualTokensShape(settings: VirtualTokens): readonly [rows: number, columns: number] {
  if (settings.method === "prompt") return [settings.stacks * settings.tokens, settings.hiddenSize];
  return [settings.tokens, 2 * settings.layers * settings.kvHeads * settings.headSize];
}

function virtualTokens<Values>(
  name: string,
  settings: VirtualTokens,
  tensors: ReadonlyMap<string, AdapterTensor<Values>>,
): Values {
  const foreign = [...tensors.keys()].find((key) => key !== virtualTokensKey);
  if (foreign !== undefined) throw invalid(name, `it holds "${foreign}" instead of "${virtualTokensKey}" alone`);
  const { shape, values } = tensors.get(virtualTokensKey)!;
  const expected = virtualTokensShape(settings);
  if (shape.join() === expected.join()) return values;
  const says = `adapter_config.json says [${expected.join(", ")}]`;
  throw invalid(name, `"${virtualTokensKey}" has the shape [${shape.join(", ")}], ${says}`);
}

function loraFrom<Values>(
  name: string,
  settings: SettingsOf<"lora">,
  tensors: ReadonlyMap<string, AdapterTensor<Values>>,
): LoraAdapter<Values> {
  const { rank, alpha, rsLora } = settings;
  const modules = new Map<string, LoraMatrices<Values>>();
  for (const [key, tensor] of tensors) {
    const [, path, part] = /^base_model\.model\.(.+)\.lora_([AB])\.weight$/.exec(key) ?? [];
    if (path === undefined) throw invalid(name, `it holds "${key}", which is no LoRA matrix of a linear module`);
    if (modules.has(path)) continue;
    const [a, b] = (["A", "B"] as const).map((side) => {
      const otherKey = peftKey(path, `lora_${side}.weight`);
      const other = side === part ? tensor : tensors.get(otherKey);
      if (!other) throw invalid(name, `it holds "${key}" without "${otherKey}"`);
      const { shape } = other;
      if (shape.length !== 2) throw invalid(name, `"${otherKey}" has the shape [${shape.join(", ")}], not a matrix's`);
      const found = shape[side === "A" ? 0 : 1];
      if (found !== rank) throw invalid(name, `"${otherKey}" has rank ${found}, adapter_config.json says ${rank}`);
      return other;
    });
    if (!a || !b) throw internalError("a pair of matrices has two");
    modules.set(path, { a: a.values, b: b.values, inFeatures: a.shape[1] ?? 0, outFeatures: b.shape[0] ?? 0 });
  }
  return { name, ...settings, scaling: loraScaling(rank, alpha, rsLora), modules };
}

function ia3From<Values>(
  name: string,
  settings: SettingsOf<"ia3">,
  tensors: ReadonlyMap<string, AdapterTensor<Values>>,
): Ia3Adapter<Values> {
  const modules = new Map<string, Ia3Factors<Values>>();
  for (const [key, { shape, values }] of tensors) {
    const [, path] = /^base_model\.model\.(.+)\.ia3_l$/.exec(key) ?? [];
    if (path === undefined) throw invalid(name, `it holds "${key}", which is no IA3 vector of a linear module`);
    if (shape.length !== 2 || !shape.includes(1)) {
      throw invalid(name, `"${key}" has the shape [${shape.join(", ")}], not [out, 1] or [1, in]`);
    }
    modules.set(path, { on: shape[0] === 1 ? "input" : "output", values });
  }
  return { name, ...settings, modules };
}
