/** The calibration of the base that ships with Graft. Written by scripts/calibrate.ts. */

import type { Calibration } from "../calibration.ts";

export const graftBase: Calibration = {
  intercept: 2.91259,
  weights: {
    logProbability: 0.224344,
    surprise: -2.74394,
    endLogProbability: 0.214223,
    isCut: -0.393793,
    hasNoEnd: 0.20999,
  },
  leastConfidence: 0.1,
};
