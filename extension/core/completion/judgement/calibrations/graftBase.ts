/** The calibration of the base that ships with Graft. Written by scripts/calibrate.ts. */

import type { Calibration } from "../calibration.ts";

export const graftBase: Calibration = {
  intercept: 3.51408,
  weights: {
    logProbability: 0.0655201,
    meanLogProbability: 1.20906,
    leastLogProbability: 0.614074,
    firstLogProbability: 0.505173,
    endLogProbability: 0.181046,
    tokens: -2.21264,
    lines: -0.059018,
    characters: -0.648266,
    isCut: 0.449289,
    hasNoEnd: -0.29966,
    inWord: 1.7578,
    afterDot: 0,
    inBrackets: 0.177854,
    atLineStart: -0.000538792,
    inString: -0.758888,
    inComment: -0.17308,
    hasRest: 0,
  },
  leastConfidence: 0.00308318,
};
