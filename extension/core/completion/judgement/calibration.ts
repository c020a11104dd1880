/**
 * The chance that a suggestion is kept: a logistic regression over its evidence, fitted for each base on code that it
 * has not learned (scripts/measure/calibrate.ts).
 */

import { evidenceNames, type Evidence, type EvidenceName } from "./evidence.ts";

/** The weights of a logistic regression. */
export interface Calibration {
  readonly intercept: number;
  readonly weights: Readonly<Record<EvidenceName, number>>;
  /** Automatic suggestions with less confidence are not shown: the lowest quarter. */
  readonly leastConfidence: number;
}

/**
 * For a base without a calibration: the model's own probability of the text. It hides only what the model itself finds
 * improbable.
 */
export const uncalibrated: Calibration = {
  intercept: 0,
  weights: Object.fromEntries(evidenceNames.map((name) => [name, 0])) as Record<EvidenceName, number>,
  leastConfidence: 0.05,
};

/** Returns the chance, from 0 to 1. */
export function confidenceOf(evidence: Evidence, calibration: Calibration): number {
  if (calibration === uncalibrated) return Math.exp(-(evidence.surprise ** 2));
  const sum = evidenceNames.reduce((total, name) => total + calibration.weights[name] * evidence[name], 0);
  return logistic(calibration.intercept + sum);
}

export function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
