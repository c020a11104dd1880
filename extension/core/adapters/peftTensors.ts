/** An adapter's values under the names and shapes that PEFT gives them. It reads and writes no files. */

import { internalError } from "../base/errors.ts";
import {
  loraScaling,
  type Adapter,
  type Ia3Adapter,
  type Ia3Factors,
  type LoraAdapter,
  type LoraMatrices,
} from "./adapter.ts";
import { invalid, type AdapterSettings } from "./peftConfig.ts";

export interface AdapterTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const prefix = "base_model.model.";

/**
 * The adapter that consists of `tensors`, by PEFT's keys: lora_A.weight [r, in] and lora_B.weight [out, r], or ia3_l
 * [out, 1] (scales the output) and [1, in] (scales the input).
 *
 * @throws UserError "adapter-invalid" where keys, shapes or values do not make an adapter of these settings.
 */
export function adapterFromTensors(
  name: string,
  settings: AdapterSettings,
  tensors: ReadonlyMap<string, AdapterTensor>,
): Adapter {
  if (tensors.size === 0) throw invalid(name, "it holds no tensors");
  for (const [key, { values }] of tensors) {
    if (!values.every(Number.isFinite)) throw invalid(name, `"${key}" holds values that are not finite numbers`);
  }
  return settings.method === "lora" ? loraFrom(name, settings, tensors) : ia3From(name, settings, tensors);
}

/** PEFT's keys, in the order of the modules. */
export function tensorsOfAdapter(adapter: Adapter): Map<string, AdapterTensor> {
  const tensors = new Map<string, AdapterTensor>();
  if (adapter.method === "lora") {
    for (const [path, { a, b, inFeatures, outFeatures }] of adapter.modules) {
      tensors.set(`${prefix}${path}.lora_A.weight`, { shape: [adapter.rank, inFeatures], values: a });
      tensors.set(`${prefix}${path}.lora_B.weight`, { shape: [outFeatures, adapter.rank], values: b });
    }
  } else {
    for (const [path, { on, values }] of adapter.modules) {
      tensors.set(`${prefix}${path}.ia3_l`, {
        shape: on === "input" ? [1, values.length] : [values.length, 1],
        values,
      });
    }
  }
  return tensors;
}

function loraFrom(
  name: string,
  settings: Extract<AdapterSettings, { method: "lora" }>,
  tensors: ReadonlyMap<string, AdapterTensor>,
): LoraAdapter {
  const { rank, alpha, rsLora } = settings;
  const modules = new Map<string, LoraMatrices>();
  for (const [key, tensor] of tensors) {
    const [, path, part] = /^base_model\.model\.(.+)\.lora_([AB])\.weight$/.exec(key) ?? [];
    if (path === undefined) throw invalid(name, `it holds "${key}", which is no LoRA matrix of a linear module`);
    if (modules.has(path)) continue;
    const [a, b] = (["A", "B"] as const).map((side) => {
      const otherKey = `${prefix}${path}.lora_${side}.weight`;
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

function ia3From(
  name: string,
  settings: Extract<AdapterSettings, { method: "ia3" }>,
  tensors: ReadonlyMap<string, AdapterTensor>,
): Ia3Adapter {
  const modules = new Map<string, Ia3Factors>();
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
