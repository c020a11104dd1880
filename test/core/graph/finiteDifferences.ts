/** The gradient of a graph against central differences. */

import { gradients } from "../../../extension/core/graph/gradients.ts";
import { mul } from "../../../extension/core/graph/primitives/elementwise.ts";
import { reduceSum } from "../../../extension/core/graph/primitives/broadcasting.ts";
import { constant, type Tensor } from "../../../extension/core/graph/tensor.ts";
import type { Lowering } from "../../../extension/core/graph/lower.ts";
import { compiled, randomValues, relativeError, type Variables } from "./evaluate.ts";

/** Σ of all elements of y, each with a fixed random weight, so that no error can hide in a sum. */
export function weightedSum(y: Tensor): Tensor {
  const weights = constant(randomValues(y.shape), y.shape as number[]);
  return reduceSum(
    mul(y, weights),
    y.shape.map((_, axis) => axis),
  );
}

/**
 * The worst relative error, over the variables, between the gradient of `loss` and (loss(x+h) - loss(x-h)) / 2h. Differences are taken
 * along random directions and, for small inputs, also along every axis.
 */
export async function gradientError(
  loss: Tensor,
  variables: Variables,
  { lowering = "training", step = 1e-2, weights }: { lowering?: Lowering; step?: number; weights?: string } = {},
): Promise<number> {
  const dloss = constant(
    Float32Array.of(1),
    loss.shape.map(() => 1),
  );
  const wrt = gradients([[loss, dloss]], variables.tensors);
  const missing = variables.tensors.filter((_, i) => !wrt[i]);
  if (missing.length > 0) throw new Error(`no gradient reaches input ${variables.tensors.indexOf(missing[0]!)}`);
  const analytic = await (
    await compiled(
      wrt.map((g) => g!),
      lowering,
      weights,
    )
  )(variables.feeds);
  const evaluate = await compiled([loss], lowering, weights);
  let worst = 0;
  for (const [index, gradient] of analytic.entries()) {
    const { values, shape } = variables.feeds[`x${index}`]!;
    const numeric = new Float32Array(values.length);
    for (let i = 0; i < values.length; i++) {
      const at = async (value: number): Promise<number> => {
        const moved = values.slice();
        moved[i] = value;
        return (await evaluate({ ...variables.feeds, [`x${index}`]: { values: moved, shape } }))[0]![0]!;
      };
      numeric[i] = ((await at(values[i]! + step)) - (await at(values[i]! - step))) / (2 * step);
    }
    worst = Math.max(worst, relativeError(gradient, numeric));
  }
  return worst;
}
