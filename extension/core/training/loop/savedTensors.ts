/** Names the tensors of a snapshot by their role: "value:NAME" and "best:NAME" of each parameter. */

import { UserError } from "../../foundation/errors.ts";
import { say } from "../../foundation/words/said.ts";
import type { NamedTensor } from "../optimizers/optimizer.ts";
import type { TrainerSnapshot } from "./trainerState.ts";

/** Returns the parameters, with their live values, for a snapshot. */
export function liveValues(parameters: readonly NamedTensor[]): readonly NamedTensor[] {
  return renamed("value", parameters);
}

/** Returns copies of the parameters, to keep as the best so far. */
export function bestValues(parameters: readonly NamedTensor[]): readonly NamedTensor[] {
  return renamed("best", parameters).map((tensor) => ({ ...tensor, values: tensor.values.slice() }));
}

/** Returns the parameters' values in a snapshot by name. */
export function savedParameters({ tensors }: TrainerSnapshot): Map<string, Float32Array> {
  const values = tensors.filter(({ name }) => name.startsWith("value:"));
  return new Map(values.map((tensor) => [tensor.name.slice("value:".length), tensor.values]));
}

/** Returns the best parameters so far from a snapshot; empty if no validation found any yet. */
export function restoredBest(parameters: readonly NamedTensor[], { tensors }: TrainerSnapshot): readonly NamedTensor[] {
  if (!tensors.some(({ name }) => name.startsWith("best:"))) return [];
  const best = bestValues(parameters);
  restore(best, tensors);
  return best;
}

/**
 * Sets `tensors` to the saved values of their names.
 *
 * @throws UserError "checkpoint-invalid"
 */
export function restore(tensors: readonly NamedTensor[], saved: readonly NamedTensor[]): void {
  const found = new Map(saved.map(({ name, values }) => [name, values]));
  for (const { name, values } of tensors) {
    const kept = found.get(name);
    if (kept?.length !== values.length) {
      const message = say`Cannot resume: the checkpoint has ${kept?.length ?? 0} values for ${name}, not ${values.length}.`;
      throw new UserError("checkpoint-invalid", message, say`Discard this training and start a new one.`);
    }
    values.set(kept);
  }
}

function renamed(part: string, tensors: readonly NamedTensor[]): NamedTensor[] {
  return tensors.map((tensor) => ({ ...tensor, name: `${part}:${tensor.name}` }));
}
