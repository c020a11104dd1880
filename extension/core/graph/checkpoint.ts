/** Segments: where a training graph is cut, so that memory is freed early. */

import { after } from "./composites/after.ts";
import { gradients } from "./gradients.ts";
import { composites, type Contribution, type Tensor } from "./tensor.ts";

/**
 * segment(x), differentiated as one piece.
 *
 * With `recompute`, only x outlives the forward pass; the backward pass computes the segment once more, not before the
 * gradient of its output has arrived (Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost").
 *
 * Either way the gradient of x waits for those of the weights inside: else they would all run last, each holding its
 * activations until then.
 */
export function checkpoint(x: Tensor, segment: (x: Tensor) => Tensor, { recompute }: { recompute: boolean }): Tensor {
  const first = segment(x);
  return composites("checkpoint", [x], {
    expand: () => [first],
    backward: ([dy], wrt) => {
      const start = recompute ? after(x, dy!) : x;
      const end = recompute ? segment(start) : first;
      const [dx, ...others] = gradients([[end, dy!]], [start, ...wrt]);
      const weights = wrt.flatMap((tensor, i): Contribution[] => (others[i] ? [[tensor, others[i]]] : []));
      return dx ? [[x, after(dx, ...weights.map(([, gradient]) => gradient))], ...weights] : weights;
    },
  })[0]!;
}
