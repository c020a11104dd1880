/** What moves parameters against their gradients. It knows no model: a parameter is a named run of numbers. */

import { internalError } from "../../foundation/errors.ts";
import { elementCount } from "../../graph/shape.ts";

/** A tensor that is trained, or that belongs to one. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** The live values: whoever changes them changes what the next step computes with. */
  readonly values: Float32Array;
}

export interface OptimizerStep {
  /** Counted from 1. */
  readonly number: number;
  readonly learningRate: number;
}

export interface Optimizer {
  /** All that it remembers between steps, zero at first. Whoever sets the values back, sets the optimizer back. */
  readonly state: readonly NamedTensor[];
  /** Moves the parameters in place against `gradients`, which stand in their order. */
  update(gradients: readonly Float32Array[], step: OptimizerStep): void;
}

/** Something to remember of `parameter`. */
export function stateOf({ name }: NamedTensor, part: string, shape: readonly number[]): NamedTensor {
  return { name: `${part}:${name}`, shape, values: new Float32Array(elementCount(shape)) };
}

/** The gradient of the parameter at `index`. */
export function gradientAt(gradients: readonly Float32Array[], index: number, { name, values }: NamedTensor) {
  const gradient = gradients[index];
  if (gradient?.length === values.length) return gradient;
  throw internalError(`${name} has ${values.length} values and ${gradient?.length} gradients`);
}
