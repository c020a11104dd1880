/** Converts adapters from and to tensors with PEFT's names and shapes. It does not touch files. */

import { say } from "../../foundation/words/said.ts";
import type { Adapter, AdapterOutline } from "../adapter.ts";
import { kindOf } from "../methods/methodNamed.ts";
import type { AdapterFacts } from "../methods/method.ts";
import type { Counted } from "../origin.ts";
import { invalid } from "./peftErrors.ts";
import type { AdapterTensor } from "./peftModules.ts";

/**
 * Makes an adapter of `tensors`, which have PEFT's keys.
 *
 * @throws UserError "adapter-invalid" if keys, shapes or values do not agree with the facts
 */
export function adapterFromTensors(
  name: string,
  facts: AdapterFacts,
  tensors: ReadonlyMap<string, AdapterTensor>,
): Adapter {
  for (const [key, { values }] of tensors) {
    if (!values.every(Number.isFinite)) throw invalid(name, say`"${key}" holds values that are not finite numbers`);
  }
  // The outline holds the same values that it is made of, here Float32Arrays.
  return outlineFromTensors(name, facts, tensors) as Adapter;
}

/**
 * Makes an outline of tensors whose values are only counted.
 *
 * @throws the errors of {@link adapterFromTensors}, except the one for values that are not finite
 */
export function outlineFromTensors(
  name: string,
  facts: AdapterFacts,
  tensors: ReadonlyMap<string, AdapterTensor<Counted>>,
): AdapterOutline {
  if (tensors.size === 0) throw invalid(name, say`it holds no tensors`);
  return kindOf(facts).fromTensors(name, facts, tensors) as AdapterOutline;
}

/** Returns the adapter's tensors by PEFT's keys, in the order of its modules. */
export function tensorsOfAdapter(adapter: Adapter): Map<string, AdapterTensor> {
  return kindOf(adapter).tensorsOf(adapter);
}

/** Returns the adapter's values by PEFT's keys: the first values of a training that starts from this adapter. */
export function valuesOf(adapter: Adapter): Map<string, Float32Array> {
  return new Map([...tensorsOfAdapter(adapter)].map(([key, { values }]) => [key, values]));
}
