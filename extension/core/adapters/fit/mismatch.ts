/** The errors for adapters whose sizes differ from the model's. They name both values. */

import { UserError } from "../../foundation/errors.ts";
import { say, type Said } from "../../foundation/words/said.ts";
import type { AnyAdapter } from "../origin.ts";

/** `reason` completes "Cannot load adapter NAME: …". */
export function mismatch(adapter: AnyAdapter, baseName: string, reason: Said): UserError {
  const trained = adapter.baseModel === "" ? say`the base that it was trained on` : say`its base, ${adapter.baseModel}`;
  return new UserError(
    "adapter-mismatch",
    say`Cannot load adapter "${adapter.name}": ${reason}.`,
    say`Use it with ${trained}, or train an adapter for ${baseName}.`,
  );
}

export function otherHiddenSize(adapter: AnyAdapter, baseName: string, trained: number, loaded: number): UserError {
  return mismatch(adapter, baseName, say`it was trained for hidden size ${trained}, the loaded model has ${loaded}`);
}

export function otherLayers(adapter: AnyAdapter, baseName: string, trained: number, loaded: number): UserError {
  return mismatch(adapter, baseName, say`it was trained for ${trained} layers, the loaded model has ${loaded}`);
}
