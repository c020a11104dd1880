/** Norms with the gains of the checkpoint. */

import { layerNorm, rmsNorm } from "../graph/composites/norms.ts";
import { size } from "../graph/shape.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { ParameterScope } from "./parameterScope.ts";

/** A norm over the last axis of x by its name in the checkpoint, such as "input_layernorm". */
export type Norm = (scope: ParameterScope, name: string, x: Tensor) => Tensor;

export function rmsNorms(epsilon: number): Norm {
  return (scope, name, x) => rmsNorm(x, scope.vector(`${name}.weight`, size(x, -1)), epsilon);
}

export function layerNorms(epsilon: number): Norm {
  return (scope, name, x) => {
    const width = size(x, -1);
    return layerNorm(x, scope.vector(`${name}.weight`, width), scope.vector(`${name}.bias`, width), epsilon);
  };
}
