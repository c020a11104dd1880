/** Segments: where a training graph is cut, so that memory is freed early. */

import { controlDependency } from "./composites/controlDependency.ts";
import { gradients } from "./gradients.ts";
import { composites, type Contribution, type Tensor } from "./tensor.ts";

/**
 * segment(...inputs), differentiated as one piece. What depends on trained tensors should be among the inputs: of all else that the
 * segment reads, the backward pass would be the segment's, too.
 *
 * With `recompute`, only the inputs outlive the forward pass; the backward pass computes the segment once more, not before the
 * gradient of its output has arrived (Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost").
 *
 * Either way the gradients of the inputs wait for those of the weights inside: else they would all run last, each holding its
 * activations until then.
 */
export function checkpoint(
  inputs: readonly Tensor[],
  segment: (...inputs: Tensor[]) => Tensor,
  { recompute }: { recompute: boolean },
): Tensor {
  const first = segment(...inputs);
  return composites("checkpoint", inputs, {
    expand: () => [first],
    backward: ([dy], wrt) => {
      const starts = recompute ? inputs.map((x) => controlDependency(x, dy!)) : inputs;
      const end = recompute ? segment(...starts) : first;
      const found = gradients([[end, dy!]], [...starts, ...wrt]);
      const paired = (tensors: readonly Tensor[], values: readonly (Tensor | null)[]): Contribution[] =>
        tensors.flatMap((tensor, i): Contribution[] => (values[i] ? [[tensor, values[i]]] : []));
      const weights = paired(wrt, found.slice(inputs.length));
      const leaves = weights.map(([, gradient]) => gradient);
      return [
        ...paired(
          inputs,
          found.map((dx) => dx && controlDependency(dx, ...leaves)),
        ),
        ...weights,
      ];
    },
  })[0]!;
}
