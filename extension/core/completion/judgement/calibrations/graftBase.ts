/** The calibration of the base that ships with Graft. Written by scripts/calibrate.ts. */

import type { Calibration } from "../calibration.ts";

export const graftBase: Calibration = {
  intercept: 3.01429,
  weights: {
    surprise: -3.12035,
    endLogProbability: 0.256749,
    lines: -2.526,
  },
  leastConfidence: 0.1,
};
