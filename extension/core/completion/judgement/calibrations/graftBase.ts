/** The calibration of the base that ships with Graft. Written by scripts/measure/calibrate.ts. */

import type { Calibration } from "../calibration.ts";

export const graftBase: Calibration = {
  intercept: 2.2607,
  weights: {
    surprise: -2.89244,
    endLogProbability: -0.19996,
    lines: -0.892486,
  },
  leastConfidence: 0.072,
};
