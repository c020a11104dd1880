/** Estimates a training's memory (from its plan) and time (from its FLOPs and this machine's measured speed) before it starts. */

import { gigabytes } from "../../foundation/quantities.ts";
import type { InstalledBase } from "../../baseModels/installedBase.ts";
import { isEncoderDecoder, type DecoderConfig } from "../../architectures/config.ts";
import { openProductSpeed } from "../../runtime/productSpeed.ts";
import { planMemory } from "./memoryPlan.ts";
import type { MethodSpec } from "../../adapters/methods/methodNamed.ts";
import type { BatchShape } from "../data/batchShape.ts";
import { frozenMatMuls, flopsOf, usefulFlops } from "./flops.ts";

/** The share of the time that matrix products take. */
const productShare = 0.75;
/** Gradient checkpointing computes each layer forward twice: three passes instead of two. */
const recomputing = 3 / 2;

export interface Cost {
  memoryBytes: number;
  /** For the steps; absent with an encoder, whose products differ in their number of rows. */
  seconds?: number;
}

/** @param tokens in all steps, including padding */
export async function estimateCost(
  base: InstalledBase,
  spec: MethodSpec,
  shape: BatchShape,
  tokens: number,
): Promise<Cost> {
  const memoryBytes = planMemory(base, spec, shape).bytes;
  if (isEncoderDecoder(base.config)) return { memoryBytes };
  return { memoryBytes, seconds: tokens * (await secondsPerToken(base.config, spec, shape)) };
}

/** Returns a sentence for the log. */
export function describeCost({ memoryBytes, seconds }: Cost): string {
  const memory = `It needs about ${gigabytes(memoryBytes)} of memory`;
  return seconds === undefined ? `${memory}.` : `${memory}, and ${roughly(seconds)} for the steps.`;
}

/** A duration in the unit that suits it: "12 s", "5 min", "1.6 h". */
export function roughly(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = seconds / 60;
  return minutes < 90 ? `${Math.ceil(minutes)} min` : `${(minutes / 60).toFixed(1)} h`;
}

/** Measures the machine's speed, which takes a moment. */
async function secondsPerToken(config: DecoderConfig, spec: MethodSpec, shape: BatchShape): Promise<number> {
  const tokens = shape.rows * shape.length;
  // The largest product of the layers represents all products.
  const ofLayers = frozenMatMuls(config, shape, tokens).filter((product) => product.count >= config.layers);
  const largest = ofLayers.reduce((a, b) => (flopsOf(b) > flopsOf(a) ? b : a));
  const speed = await openProductSpeed([largest]);
  await speed.measure();
  const seconds = await speed.measure();
  await speed.release();
  const perOperation = seconds / flopsOf(largest) / productShare;
  const operations = usefulFlops(config, spec, shape, tokens) * (shape.checkpointing ? recomputing : 1);
  return (operations * perOperation) / tokens;
}
