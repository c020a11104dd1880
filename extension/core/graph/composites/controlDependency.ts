/** Control dependencies: make a tensor available only after others, to order the runtime's computation. */

import { add, mul } from "../primitives/elementwise.ts";
import { gather } from "../primitives/indexing.ts";
import { reshape } from "../primitives/shaping.ts";
import { composite, integers, scalar, type Tensor } from "../tensor.ts";

/**
 * Returns x, available only once all of `earlier` are computed: x + 0 · (an element of each).
 *
 * ONNX Runtime runs nodes as soon as they are ready, and merges equal ones. Both would undo a recomputation that saves
 * memory; a dependency on a gradient prevents both. The runtime does not fold 0 · x, because x might be infinite.
 */
export function controlDependency(x: Tensor, ...earlier: readonly Tensor[]): Tensor {
  if (earlier.length === 0) return x;
  return composite("controlDependency", [x, ...earlier], {
    expand: () => add(x, mul(earlier.map(firstElement).reduce(add), scalar(0))),
    gradient: (dy) => [dy],
  });
}

/** Returns one element of x, as [1]. */
function firstElement(x: Tensor): Tensor {
  return gather(reshape(x, [x.shape.join("*")]), integers(0));
}
