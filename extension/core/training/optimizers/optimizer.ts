/** The interface of an optimizer, which moves parameters against their gradients. A parameter is a named tensor of any model. */

import { internalError } from "../../foundation/errors.ts";
import { elementCount } from "../../graph/shape.ts";

/** A trained tensor, or a tensor of the optimizer state. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** The live values. The next step computes with any changes to them. */
  readonly values: Float32Array;
}

export interface OptimizerStep {
  /** The number of the step, counted from 1. */
  readonly number: number;
  readonly learningRate: number;
}

export interface Optimizer {
  /** The complete optimizer state, zero at first. Restoring these values restores the optimizer. */
  readonly state: readonly NamedTensor[];
  /** Moves the parameters in place against `gradients`, which are in the same order. */
  update(gradients: readonly Float32Array[], step: OptimizerStep): void;
}

/** Returns a zero tensor of optimizer state for a parameter. */
export function stateOf({ name }: NamedTensor, part: string, shape: readonly number[]): NamedTensor {
  return { name: `${part}:${name}`, shape, values: new Float32Array(elementCount(shape)) };
}

/** Returns the gradient of the parameter at `index`, with its size checked. */
export function gradientAt(gradients: readonly Float32Array[], index: number, { name, values }: NamedTensor) {
  const gradient = gradients[index];
  if (gradient?.length === values.length) return gradient;
  throw internalError(`${name} has ${values.length} values and ${gradient?.length} gradients`);
}
