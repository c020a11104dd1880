/** Reads a LoRA adapter's pairs of matrices from tensors and measures them. */

import { internalError } from "../../foundation/errors.ts";
import { say } from "../../foundation/words/said.ts";
import type { Counted } from "../origin.ts";
import { invalid } from "../formats/peftErrors.ts";
import { peftKey, type AdapterTensor } from "../formats/peftModules.ts";

export interface LoraMatrices<Values = Float32Array> {
  /** [rank, inFeatures] */
  readonly a: Values;
  /** [outFeatures, rank] */
  readonly b: Values;
  readonly inFeatures: number;
  readonly outFeatures: number;
}

/**
 * Returns the matrices by module path, from lora_A.weight [rank, in] and lora_B.weight [out, rank] of each module.
 *
 * @throws UserError "adapter-invalid"
 */
export function matricesOf<Values extends Counted>(
  name: string,
  rank: number,
  tensors: ReadonlyMap<string, AdapterTensor<Values>>,
): Map<string, LoraMatrices<Values>> {
  const modules = new Map<string, LoraMatrices<Values>>();
  for (const [key, tensor] of tensors) {
    const [, path, part] = /^base_model\.model\.(.+)\.lora_([AB])\.weight$/.exec(key) ?? [];
    if (path === undefined) throw invalid(name, say`it holds "${key}", which is not a LoRA matrix of a linear module`);
    if (modules.has(path)) continue;
    const [a, b] = (["A", "B"] as const).map((side) => {
      const otherKey = peftKey(path, `lora_${side}.weight`);
      const other = side === part ? tensor : tensors.get(otherKey);
      if (!other) throw invalid(name, say`it holds "${key}" without "${otherKey}"`);
      const { shape } = other;
      if (shape.length !== 2)
        throw invalid(name, say`"${otherKey}" has the shape [${shape.join(", ")}], which is not a matrix`);
      const found = shape[side === "A" ? 0 : 1];
      if (found !== rank)
        throw invalid(name, say`"${otherKey}" has rank ${String(found)}, adapter_config.json says ${rank}`);
      return other;
    });
    if (!a || !b) throw internalError("a pair of matrices has two");
    modules.set(path, { a: a.values, b: b.values, inFeatures: a.shape[1] ?? 0, outFeatures: b.shape[0] ?? 0 });
  }
  return modules;
}

/** Returns ‖scaling · B·A‖. ‖B·A‖² is the sum of (BᵀB) ⊙ (A·Aᵀ), two small matrices [rank, rank]. */
export function updateNorm(
  { rank, scaling }: { readonly rank: number; readonly scaling: number },
  { a, b, inFeatures, outFeatures }: LoraMatrices,
): number {
  let sum = 0;
  for (let i = 0; i < rank; i++) {
    for (let j = 0; j < rank; j++) {
      let [ofA, ofB] = [0, 0];
      for (let k = 0; k < inFeatures; k++) ofA += a[i * inFeatures + k]! * a[j * inFeatures + k]!;
      for (let k = 0; k < outFeatures; k++) ofB += b[k * rank + i]! * b[k * rank + j]!;
      sum += ofA * ofB;
    }
  }
  // Rounding can make a zero sum slightly negative.
  return Math.abs(scaling) * Math.sqrt(Math.max(0, sum));
}
