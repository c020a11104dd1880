/** Ops that gather by index, and their inverses that scatter. */

import { primitive, primitives, type Tensor } from "../tensor.ts";
import { zerosLike } from "./broadcasting.ts";
import { reshape } from "./shaping.ts";

/** Returns the rows of x [N, ..] at `indices` [..I] → [..I, ..]. The gradients of repeated rows add up. */
export function gather(x: Tensor, indices: Tensor): Tensor {
  const type = { dtype: x.dtype, shape: [...indices.shape, ...x.shape.slice(1)] };
  const gradient = (dy: Tensor): (Tensor | null)[] => [scatterRows(dy, indices, x), null];
  return primitive("Gather", [x, indices], type, gradient, { attributes: { axis: 0 } });
}

/** Adds the rows of `updates` [..I, ..] at `indices` [..I] into zeros shaped like `like` [N, ..]. Opposite of gather. */
export function scatterRows(updates: Tensor, indices: Tensor, like: Tensor): Tensor {
  const rows = reshape(indices, [...indices.shape, 1]);
  const gradient = (dy: Tensor): (Tensor | null)[] => [null, null, gather(dy, indices)];
  return primitive("ScatterND", [zerosLike(like), rows, updates], like, gradient, { attributes: { reduction: "add" } });
}

/** y[i, j] = x[i, indices[i, j]] for x [N, C], indices [N, J] → [N, J]. */
export function gatherElements(x: Tensor, indices: Tensor): Tensor {
  const type = { dtype: x.dtype, shape: indices.shape };
  const gradient = (dy: Tensor): (Tensor | null)[] => [scatterElements(dy, indices, x), null];
  return primitive("GatherElements", [x, indices], type, gradient, { attributes: { axis: 1 } });
}

/** y[i, indices[i, j]] += updates[i, j] into zeros shaped like `like` [N, C]. Opposite of gatherElements. */
export function scatterElements(updates: Tensor, indices: Tensor, like: Tensor): Tensor {
  const gradient = (dy: Tensor): (Tensor | null)[] => [null, null, gatherElements(dy, indices)];
  return primitive("ScatterElements", [zerosLike(like), indices, updates], like, gradient, {
    attributes: { axis: 1, reduction: "add" },
  });
}

/** Returns the `count` largest values of each row, largest first, and their int64 indices: [.., N] → [.., count] each. */
export function topK(x: Tensor, count: Tensor, size: string): readonly [values: Tensor, indices: Tensor] {
  const shape = [...x.shape.slice(0, -1), size];
  const types = [
    { dtype: x.dtype, shape },
    { dtype: "int64" as const, shape },
  ];
  const [values, indices] = primitives("TopK", [x, count], types, "not differentiable");
  return [values!, indices!];
}
