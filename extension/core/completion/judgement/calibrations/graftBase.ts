/** The calibration of the base that ships with Graft. Written by scripts/calibrate.ts. */

import type { Calibration } from "../calibration.ts";

export const graftBase: Calibration = {
  intercept: 4.68023,
  weights: {
    logProbability: 0.23257,
    meanLogProbability: 2.19549,
    leastLogProbability: 0.971962,
    firstLogProbability: -0.85617,
    endLogProbability: 0.536066,
    tokens: -1.58948,
    lines: -0.945619,
    characters: -0.223692,
    isCut: -1.19506,
    hasNoEnd: 1.69395,
    inWord: 0.162193,
    afterDot: -0.719835,
    inBrackets: -0.249563,
    atLineStart: -0.941468,
    inString: -0.153225,
    inComment: -1.33125,
    hasRest: 0.755619,
  },
  leastConfidence: 0.1,
};
