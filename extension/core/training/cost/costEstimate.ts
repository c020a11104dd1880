/** Estimates a training's memory (from its plan) and time (from its FLOPs and this machine's measured speed) before it starts. */

import { gigabytes } from "../../foundation/words/quantities.ts";
import type { InstalledBase } from "../../baseModels/installedBase.ts";
import { isEncoderDecoder, type DecoderConfig } from "../../architectures/config.ts";
import { openProductSpeed, type Product } from "../../runtime/productSpeed.ts";
import { planMemory } from "./memoryPlan.ts";
import { methodOf, type MethodSpec } from "../../adapters/methods/methodNamed.ts";
import type { BatchShape } from "../data/batchShape.ts";
import { flopsByOrigin, flopsOf, frozenMatMuls } from "./flops.ts";

/** The share of the time that matrix products take. */
const productShare = 0.75;
/** Gradient checkpointing computes each layer forward twice: three passes instead of two. */
const recomputing = 3 / 2;

export interface Cost {
  memoryBytes: number;
  /** Size of the trained parameters, once. */
  parameterBytes: number;
  /** For the steps; absent with an encoder, whose products differ in their number of rows. */
  seconds?: number;
}

/** Returns the seconds that a product takes on this machine. */
export type ProductTime = (product: Product) => Promise<number>;

/** What a training does, as far as its cost depends on it. */
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
  timeOf: ProductTime = measureProduct,
): Promise<Cost> {
  const { bytes: memoryBytes, parameterBytes } = planMemory(base, spec, shape, { isValidated });
  const cost = { memoryBytes, parameterBytes };
  if (isEncoderDecoder(base.config)) return cost;
  return { ...cost, seconds: tokens * (await secondsPerToken(base.config, spec, shape, timeOf)) };
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

/** Returns {@link measureProduct} with a memory: each product is measured once. */
export function rememberedTimes(): ProductTime {
  const known = new Map<string, Promise<number>>();
  return async (product) => {
    const key = JSON.stringify(product);
    const time = known.get(key) ?? measureProduct(product);
    known.set(key, time);
    return await time;
  };
}

/** Measures for at least this long, in seconds, and at least so often, and takes the lower quartile: other programs slow runs down. */
const [leastSeconds, leastRuns] = [0.25, 4];

async function measureProduct(product: Product): Promise<number> {
  const speed = await openProductSpeed([product]);
  await speed.measure();
  const times: number[] = [];
  const startedAt = performance.now();
  while (times.length < leastRuns || performance.now() - startedAt < 1000 * leastSeconds) {
    times.push(await speed.measure());
  }
  await speed.release();
  return times.toSorted((a, b) => a - b)[times.length >> 2]!;
}

async function secondsPerToken(
  config: DecoderConfig,
  spec: MethodSpec,
  shape: BatchShape,
  timeOf: ProductTime,
): Promise<number> {
  const tokens = shape.rows * shape.length;
  // The largest product of the layers represents all products.
  const ofLayers = frozenMatMuls(config, shape, tokens).filter((product) => product.count >= config.layers);
  const largest = ofLayers.reduce((a, b) => (flopsOf(b) > flopsOf(a) ? b : a));
  const perOperation = async (product: Product): Promise<number> => (await timeOf(product)) / flopsOf(product);
  const { ofBase, ofMethod } = flopsByOrigin(config, spec, shape, tokens);
  const rank = methodOf(spec.method).narrowSide?.(spec);
  // An operation of a narrow product takes two to three times as long.
  const own = rank === undefined ? largest : { tokens, inFeatures: config.hiddenSize, outFeatures: rank, count: 1 };
  const seconds = ofBase * (await perOperation(largest)) + ofMethod * (await perOperation(own));
  return (seconds * (shape.checkpointing ? recomputing : 1)) / productShare / tokens;
}
