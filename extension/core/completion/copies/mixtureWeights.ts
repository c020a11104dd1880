/** The learned weights of the mixture. */

import type { MixtureWeights } from "./mixture.ts";

/** By scripts/prior/fit.ts. */
export const learnedWeights: MixtureWeights = {
  copy: [3.02, 1.75, 0.04, 1.27, -0.6, 0, 1.08],
  mixture: [-0.61, 0.12, 1.76, 0.04, -0.15, -0.52, 0.77, 0.78, -0.2, -0.33, -0.88, 0.77],
};
