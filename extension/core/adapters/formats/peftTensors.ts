/** An adapter's values under the names and shapes that PEFT gives them. It reads and writes no files. */

import type { Adapter, AdapterOutline } from "../adapter.ts";
import { kindOf } from "../methods/methodNamed.ts";
import type { AdapterFacts } from "../methods/method.ts";
import type { Counted } from "../origin.ts";
import { invalid } from "./peftErrors.ts";
import type { AdapterTensor } from "./peftModules.ts";

/**
 * The adapter that consists of `tensors`, by PEFT's keys.
 *
 * @throws UserError "adapter-invalid" where keys, shapes or values do not make an adapter with these facts
 */
export function adapterFromTensors(
  name: string,
  facts: AdapterFacts,
  tensors: ReadonlyMap<string, AdapterTensor>,
): Adapter {
  for (const [key, { values }] of tensors) {
    if (!values.every(Number.isFinite)) throw invalid(name, `"${key}" holds values that are not finite numbers`);
  }
  // The values that go in come out.
  return outlineFromTensors(name, facts, tensors) as Adapter;
}

/**
 * The same of values that are only counted.
 *
 * @throws as {@link adapterFromTensors}, except for values that are not finite
 */
export function outlineFromTensors(
  name: string,
  facts: AdapterFacts,
  tensors: ReadonlyMap<string, AdapterTensor<Counted>>,
): AdapterOutline {
  if (tensors.size === 0) throw invalid(name, "it holds no tensors");
  return kindOf(facts).fromTensors(name, facts, tensors) as AdapterOutline;
}

/** By PEFT's keys, in the order of the modules. */
export function tensorsOfAdapter(adapter: Adapter): Map<string, AdapterTensor> {
  return kindOf(adapter).tensorsOf(adapter);
}

/** The adapter's values by PEFT's keys: what a training that goes on from it starts with. */
export function valuesOf(adapter: Adapter): Map<string, Float32Array> {
  return new Map([...tensorsOfAdapter(adapter)].map(([key, { values }]) => [key, values]));
}
