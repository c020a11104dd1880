/** Norms with gains from the checkpoint. */

import { layerNorm, rmsNorm } from "../graph/composites/norms.ts";
import { size } from "../graph/shape.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { ParameterScope } from "./parameterScope.ts";

/** Applies the norm with a name in the checkpoint, such as "input_layernorm", over the last axis of x. */
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
