/** pass@k from the number of samples that passed their tests. Runs no program. */

import { internalError } from "../../foundation/errors.ts";

/**
 * Returns the probability that at least one of k samples passes, an unbiased estimate from `passed` of `samples`: 1 −
 * C(n − c, k) / C(n, k), as a product that does not overflow (Chen et al. 2021, arXiv 2107.03374, section 2.1). The
 * pass@k of a suite is the mean over its problems. In 0..1.
 */
export function passAtK(samples: number, passed: number, k: number): number {
  if (!(k >= 1 && k <= samples && passed >= 0 && passed <= samples)) {
    throw internalError(`pass@${k} of ${passed} in ${samples} samples is not defined.`);
  }
  if (samples - passed < k) return 1;
  let allFail = 1;
  for (let i = samples - passed + 1; i <= samples; i++) allFail *= 1 - k / i;
  return 1 - allFail;
}
