/** The registry of optimizers. */

import { adafactor } from "./adafactor.ts";
import { adamW } from "./adamW.ts";
import type { NamedTensor, Optimizer } from "./optimizer.ts";

export const optimizerNames = ["adamw", "adafactor"] as const;
export type OptimizerName = (typeof optimizerNames)[number];

export interface OptimizerPlan {
  readonly name: OptimizerName;
  /** Shrinks the values themselves, by learningRate · weightDecay in each step. */
  readonly weightDecay: number;
}

export function openOptimizer({ name, weightDecay }: OptimizerPlan, parameters: readonly NamedTensor[]): Optimizer {
  return name === "adamw" ? adamW(parameters, { weightDecay }) : adafactor(parameters, { weightDecay });
}
