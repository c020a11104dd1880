/** The learned weights of the mixture. */

import type { MixtureWeights } from "./mixture.ts";

/** Learned by scripts/measure/fitPrior.ts. The version changes with the weights. */
export const learnedWeights: MixtureWeights & { readonly version: string } = {
  version: "1",
  copy: [2.602, 0.993, 0.526, 1.244, -1.709, 0.699, -0.176],
  mixture: [-1.445, 0.064, 2.917, 0.349, -0.163, -0.759, 0.831, 1.203, -1.106, 0.181, -1.322, 0.273],
};
