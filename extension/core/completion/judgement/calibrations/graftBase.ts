/** The calibration of the base that ships with Graft. Written by scripts/calibrate.ts. */

import type { Calibration } from "../calibration.ts";

export const graftBase: Calibration = {
  intercept: 3.177,
  weights: {
    surprise: -3.22925,
    endLogProbability: -0.223244,
    lines: -0.996412,
  },
  leastConfidence: 0.1,
};
