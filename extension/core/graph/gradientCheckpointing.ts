/** Gradient checkpointing: cuts a training graph into segments, so that memory is freed early. */

import { controlDependency } from "./composites/controlDependency.ts";
import { gradients } from "./gradients.ts";
import { composites, type Contribution, type Tensor } from "./tensor.ts";

/**
 * Returns segment(...inputs), differentiated as one piece. Pass every tensor that depends on trained tensors as an
 * input; otherwise the segment's backward pass would include the backward pass of that tensor.
 *
 * With `recompute`, only the inputs outlive the forward pass. The backward pass computes the segment again, after the
 * gradient of its output is available (Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost").
 *
 * In both cases, the gradients of the inputs wait for those of the weights inside. Otherwise the weight gradients would
 * all run last, and keep their activations until then.
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
