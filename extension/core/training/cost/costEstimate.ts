/** Estimates a training's memory (from its plan) and time (from steps that are measured on this machine) before it starts. */

import { gigabytes } from "../../foundation/words/quantities.ts";
import type { InstalledBase } from "../../baseModels/installedBase.ts";
import { isEncoderDecoder, type DecoderConfig } from "../../architectures/config.ts";
import { planMemory } from "./memoryPlan.ts";
import type { MethodSpec } from "../../adapters/methods/methodNamed.ts";
import type { BatchShape } from "../data/batchShape.ts";
import { measurableShape, measuredTimes, type MachineTimes } from "./machineTimes.ts";

export interface Cost {
  memoryBytes: number;
  /** Size of the trained parameters, once. */
  parameterBytes: number;
  /** The time of the steps; absent for a base with an encoder, whose products differ in their number of rows. */
  seconds?: number;
}

/** The work of a training, as far as its cost depends on it. */
export interface PlannedWork {
  /** All steps and validations, including padding. */
  readonly tokens: number;
  readonly isValidated: boolean;
}

export async function estimateCost(
  base: InstalledBase,
  spec: MethodSpec,
  shape: BatchShape,
  { tokens, isValidated }: PlannedWork,
  times: MachineTimes = measuredTimes,
): Promise<Cost> {
  const { bytes: memoryBytes, parameterBytes } = planMemory(base, spec, shape, { isValidated });
  const cost = { memoryBytes, parameterBytes };
  if (isEncoderDecoder(base.config)) return cost;
  return { ...cost, seconds: tokens * (await secondsPerToken(base, base.config, { spec, shape }, times)) };
}

/** Returns a sentence for the log. */
export function describeCost({ memoryBytes, seconds }: Cost): string {
  const memory = `It needs about ${gigabytes(memoryBytes)} of memory`;
  return seconds === undefined ? `${memory}.` : `${memory}, and ${roughly(seconds)} for the steps.`;
}

/** Returns a duration in a suitable unit: "12 s", "5 min", "1.6 h". */
export function roughly(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = seconds / 60;
  return minutes < 90 ? `${Math.ceil(minutes)} min` : `${(minutes / 60).toFixed(1)} h`;
}

async function secondsPerToken(
  base: InstalledBase,
  config: DecoderConfig,
  { spec, shape }: { readonly spec: MethodSpec; readonly shape: BatchShape },
  times: MachineTimes,
): Promise<number> {
  const measured = measurableShape(config, shape);
  const ofLayers = await times.ofLayers({ base, config, spec, shape: measured });
  return ofLayers / (measured.rows * measured.length) + (await times.ofHead(config));
}
