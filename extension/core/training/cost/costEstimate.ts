/** What a training will take, told before it starts: memory by plan; time from what there is to compute and how fast this machine multiplies. */

import { gigabytes } from "../../foundation/quantities.ts";
import type { InstalledBase } from "../../baseModels/installedBase.ts";
import { isEncoderDecoder, type DecoderConfig } from "../../architectures/config.ts";
import { openProductSpeed } from "../../runtime/productSpeed.ts";
import { planMemory } from "./memoryPlan.ts";
import type { MethodSpec } from "../../adapters/methods/methodNamed.ts";
import type { BatchShape } from "../data/batchShape.ts";
import { frozenMatMuls, flopsOf, usefulFlops } from "./flops.ts";

/** The part of the time that goes into products; all else is what stands between them. */
const productShare = 0.75;
/** Computing layers a second time adds a third pass to two. */
const recomputing = 3 / 2;

/** A sentence for the log. @param tokens of all steps, padding counted */
export async function describeCost(
  base: InstalledBase,
  spec: MethodSpec,
  shape: BatchShape,
  tokens: number,
): Promise<string> {
  const memory = `It needs about ${gigabytes(planMemory(base, spec, shape).bytes)} of memory`;
  // The products of a model with an encoder differ in their rows.
  if (isEncoderDecoder(base.config)) return `${memory}.`;
  const seconds = tokens * (await secondsPerToken(base.config, spec, shape));
  return `${memory}, and ${roughly(seconds)} for the steps.`;
}

/** A duration in the unit that suits it: "12 s", "5 min", "1.6 h". */
export function roughly(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = seconds / 60;
  return minutes < 90 ? `${Math.ceil(minutes)} min` : `${(minutes / 60).toFixed(1)} h`;
}

/** It measures for a moment. */
async function secondsPerToken(config: DecoderConfig, spec: MethodSpec, shape: BatchShape): Promise<number> {
  const tokens = shape.rows * shape.length;
  // The layers' largest product stands for all.
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
