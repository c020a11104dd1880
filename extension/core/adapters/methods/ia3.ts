/** Scaling of activations (Liu et al. 2022, arXiv 2205.05638): y = l ⊙ (W·x), or y = W·(l ⊙ x). */

import { peftKey } from "../peftTensors.ts";
import { internalError } from "../../foundation/errors.ts";
import { mul } from "../../graph/primitives/elementwise.ts";
import { concat, reshape } from "../../graph/primitives/shaping.ts";
import { constant, type Tensor } from "../../graph/tensor.ts";
import type { AdaptedModule } from "../../architectures/parameterScope.ts";
import type { Attachment, ParameterOf } from "./attachment.ts";
import type { Modules } from "./targets.ts";

export interface Ia3Spec {
  readonly method: "ia3";
  /** Complete module paths. */
  readonly targets: ReadonlySet<string>;
  /** The targets whose input is scaled, instead of their output. */
  readonly feedForward: ReadonlySet<string>;
}

export function attachIa3({ targets, feedForward }: Ia3Spec, parameterOf: ParameterOf): Attachment {
  const factors = ({ path, outFeatures }: AdaptedModule): Tensor =>
    targets.has(path)
      ? reshape(parameterOf(peftKey(path, "ia3_l"), [outFeatures, 1]), [outFeatures])
      : constant(new Float32Array(outFeatures).fill(1), [outFeatures]);
  return {
    slots: {
      around: (modules, x, product) => {
        if (!modules.some(({ path }) => targets.has(path))) return product(x);
        const [first] = modules;
        if (!modules.some(({ path }) => feedForward.has(path))) return mul(product(x), concat(modules.map(factors), 0));
        // The modules of one product have one input. No feed-forward layer is computed so; see checkAdapterFits.
        if (modules.length > 1) throw internalError(`the input of ${first!.path} is not its own`);
        const { path, inFeatures } = first!;
        return product(mul(x, reshape(parameterOf(peftKey(path, "ia3_l"), [1, inFeatures]), [inFeatures])));
      },
    },
  };
}

/** Ones, which leave the base as it is. */
export function firstIa3({ targets, feedForward }: Ia3Spec, modules: Modules): Map<string, Float32Array> {
  return new Map(
    [...targets].map((path) => {
      const { inFeatures, outFeatures } = modules.get(path)!;
      return [peftKey(path, "ia3_l"), new Float32Array(feedForward.has(path) ? inFeatures : outFeatures).fill(1)];
    }),
  );
}
