/** The learned weights of the mixture. */

import type { MixtureWeights } from "./mixture.ts";

/** Learned by scripts/fitPrior.ts. The version changes with the weights. */
export const learnedWeights: MixtureWeights & { readonly version: string } = {
  version: "1",
  copy: [3.461, 0.932, 0.542, 1.851, -1.3, 1.456, 0.459],
  mixture: [-0.7, 0.179, 1.539, 0.147, -0.134, -0.471, 0.706, 0.946, -0.331, -0.09, -0.792, 0.509],
};
