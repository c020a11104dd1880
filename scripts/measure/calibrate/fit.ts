/** Fits a logistic regression by Newton's method, with a small ridge on the scaled weights. */

import { logistic, type Calibration } from "../../../extension/core/completion/judgement/calibration.ts";
import { evidenceNames } from "../../../extension/core/completion/judgement/evidence.ts";
import type { Row } from "./places.ts";
import { judgedRow } from "./reliability.ts";

const ridge = 1;
const rounds = 25;
/** The share of suggestions that are hidden while the user types, and the chance below which every suggestion is hidden. */
const [hidden, leastChance] = [0.25, 0.1];

export function fitCalibration(rows: readonly Row[]): Calibration {
  const beginnings = rows.flatMap((row) => row.beginnings);
  const raw = beginnings.map(({ evidence }) => evidenceNames.map((name) => evidence[name]));
  const means = evidenceNames.map((_, j) => mean(raw.map((row) => row[j]!)));
  const scales = evidenceNames.map((_, j) => Math.sqrt(mean(raw.map((row) => (row[j]! - means[j]!) ** 2))) || 1);
  const inputs = raw.map((row) => [1, ...row.map((value, j) => (value - means[j]!) / scales[j]!)]);
  const outcomes = beginnings.map(({ kept }) => Number(kept));
  const weights = regression(inputs, outcomes);

  const [constant = 0, ...scaled] = weights;
  const unscaled = scaled.map((weight, j) => weight / scales[j]!);
  const intercept = constant - unscaled.reduce((sum, weight, j) => sum + weight * means[j]!, 0);
  const calibration: Calibration = {
    intercept: rounded(intercept),
    weights: Object.fromEntries(
      evidenceNames.map((name, j) => [name, rounded(unscaled[j]!)]),
    ) as Calibration["weights"],
    leastConfidence: 0,
  };
  const confidences = rows.map((row) => judgedRow(row, calibration).confidence).sort((a, b) => a - b);
  const quartile = confidences[Math.floor(hidden * confidences.length)]!;
  return { ...calibration, leastConfidence: rounded(Math.max(leastChance, quartile)) };
}

/** @param inputs each begins with 1 */
export function regression(inputs: readonly number[][], outcomes: readonly number[]): readonly number[] {
  let weights = inputs[0]!.map(() => 0);
  for (let round = 0; round < rounds; round++) weights = newtonStep(weights, inputs, outcomes);
  return weights;
}

function newtonStep(weights: readonly number[], inputs: readonly number[][], outcomes: readonly number[]): number[] {
  const size = weights.length;
  const gradient = weights.map((weight, j) => (j === 0 ? 0 : -ridge * weight));
  const hessian = weights.map((_, j) => weights.map((_, k) => (j === k ? (j === 0 ? 1e-9 : ridge) : 0)));
  for (const [i, row] of inputs.entries()) {
    const chance = logistic(dot(weights, row));
    const curvature = chance * (1 - chance);
    for (let j = 0; j < size; j++) {
      gradient[j]! += (outcomes[i]! - chance) * row[j]!;
      for (let k = 0; k < size; k++) hessian[j]![k]! += curvature * row[j]! * row[k]!;
    }
  }
  const step = solved(hessian, gradient);
  return weights.map((weight, j) => weight + step[j]!);
}

/** Solves a·x = b for a symmetric positive definite matrix by elimination. */
function solved(a: number[][], b: readonly number[]): number[] {
  const rows = a.map((row, i) => [...row, b[i]!]);
  for (let i = 0; i < rows.length; i++) {
    for (let j = 0; j < rows.length; j++) {
      if (j === i) continue;
      const factor = rows[j]![i]! / rows[i]![i]!;
      for (let k = i; k <= rows.length; k++) rows[j]![k]! -= factor * rows[i]![k]!;
    }
  }
  return rows.map((row, i) => row.at(-1)! / row[i]!);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
