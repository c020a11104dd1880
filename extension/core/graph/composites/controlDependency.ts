/** Order as a value: a tensor that cannot be computed before others. */

import { add, mul } from "../primitives/elementwise.ts";
import { gather } from "../primitives/indexing.ts";
import { reshape } from "../primitives/shaping.ts";
import { composite, integers, scalar, type Tensor } from "../tensor.ts";

/**
 * x itself, available only once all of `earlier` are: x + 0 · (an element of each).
 *
 * ONNX Runtime runs whatever is ready, and merges what is equal. Both would undo a recomputation that is there to save
 * memory; a dependency on a gradient prevents both. The runtime does not fold 0 · x, since x might be infinite.
 */
export function controlDependency(x: Tensor, ...earlier: readonly Tensor[]): Tensor {
  if (earlier.length === 0) return x;
  return composite("controlDependency", [x, ...earlier], {
    expand: () => add(x, mul(earlier.map(firstElement).reduce(add), scalar(0))),
    gradient: (dy) => [dy],
  });
}

/** [1] */
function firstElement(x: Tensor): Tensor {
  return gather(reshape(x, [x.shape.join("*")]), integers(0));
}
