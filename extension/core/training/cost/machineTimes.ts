/**
 * Measures what a training's parts take on this machine. Layers resemble each other, so a model of one layer and one of two tell what
 * a layer takes, with everything in it: the method's own products, dropout, attention, the gradients. The head can be as large as
 * many layers, but is one product: a small product tells its speed.
 */

import { basename } from "node:path";
import type { MethodSpec } from "../../adapters/methods/methodNamed.ts";
import { moduleShapes } from "../../architectures/architectures.ts";
import type { DecoderConfig } from "../../architectures/config.ts";
import { storedWeights } from "../../architectures/storedWeights.ts";
import type { InstalledBase } from "../../baseModels/installedBase.ts";
import { packStep, type MicroBatch } from "../../dataset/batches.ts";
import { seededRandom } from "../../foundation/random.ts";
import { elementCount } from "../../graph/shape.ts";
import { openProductSpeed } from "../../runtime/productSpeed.ts";
import type { BatchShape } from "../data/batchShape.ts";
import { trainingGraph } from "../graph/trainingGraph.ts";
import { openTrainingStep } from "../graph/trainingStep.ts";

/** A training whose base ends after its first layers. */
export interface ShortTraining {
  readonly base: InstalledBase;
  readonly config: DecoderConfig;
  readonly layers: number;
  readonly spec: MethodSpec;
  readonly shape: BatchShape;
}

/** Times in seconds. */
export interface MachineTimes {
  /** A micro-batch, forward and backward, almost without the head. */
  ofStep(training: ShortTraining): Promise<number>;
  /** The head for one token, forward and backward. */
  ofHead(config: DecoderConfig): Promise<number>;
}

export const measuredTimes: MachineTimes = { ofStep: measureStep, ofHead: measureHead };

/** Returns {@link measuredTimes} with a memory: each part is measured once. */
export function rememberedTimes(): MachineTimes {
  const known = new Map<string, Promise<number>>();
  const remembered = (measured: unknown, measure: () => Promise<number>): Promise<number> => {
    const key = JSON.stringify(measured, (_, value: unknown) => (value instanceof Set ? [...value] : value));
    const time = known.get(key) ?? measure();
    known.set(key, time);
    time.catch(() => known.delete(key));
    return time;
  };
  return {
    ofStep: (training) => {
      const { base, layers, spec, shape } = training;
      return remembered({ base: base.hash, layers, spec, shape }, () => measureStep(training));
    },
    ofHead: (config) => {
      const { hiddenSize, vocabularySize } = config;
      return remembered({ hiddenSize, vocabularySize }, () => measureHead(config));
    },
  };
}

/** The most floating-point operations of a measured layer: more of them measure the same, for longer. */
const measuredFlops = 40e9;
/** The fewest tokens of a measured row: products of fewer rows are slower for each. */
const leastLength = 128;

/** Returns a shape whose steps take a fraction of a second: with fewer rows and, for large bases, shorter ones. */
export function measurableShape(config: DecoderConfig, shape: BatchShape): BatchShape {
  // Three passes, of a multiplication and an addition for each weight of a layer.
  const perToken = (6 * matrixParameters(config)) / config.layers;
  const tokens = Math.max(leastLength, Math.floor(measuredFlops / perToken));
  const length = Math.min(shape.length, tokens);
  return { ...shape, rows: Math.max(1, Math.min(shape.rows, Math.floor(tokens / length))), length };
}

function matrixParameters(config: DecoderConfig): number {
  return [...moduleShapes(config).values()].reduce(
    (sum, { inFeatures, outFeatures }) => sum + inFeatures * outFeatures,
    0,
  );
}

async function measureStep({ base, config, layers, spec, shape }: ShortTraining): Promise<number> {
  const short = { ...config, layers };
  const weights = { weights: storedWeights(base.tensors), weightFile: basename(base.weightsPath) };
  const { parameters } = trainingGraph(
    { config: short, ...weights, modules: moduleShapes(short) },
    spec,
    shape,
    "gradients",
  );
  const random = seededRandom(1, "cost");
  // Not all the same: equal values make denormal numbers, which take several times as long.
  const values = (count: number): Float32Array => Float32Array.from({ length: count }, () => 0.02 * random.normal());
  const initial = new Map(parameters.map(({ name, shape: dims }) => [name, values(elementCount(dims))]));
  const step = await openTrainingStep({ ...base, config: short }, spec, shape, initial);
  try {
    const batch = randomBatch(short, shape);
    return await lowerQuartile(() => step.run(batch, random));
  } finally {
    await step.release();
  }
}

/** The last few tokens of each row are predicted: a graph has a head in any case. */
const predicted = 4;

function randomBatch({ vocabularySize }: DecoderConfig, shape: BatchShape): MicroBatch {
  const random = seededRandom(1, "cost");
  const rows = Array.from({ length: shape.rows }, () => ({
    ids: Array.from({ length: shape.length }, () => random.integer(vocabularySize)),
    firstTarget: Math.max(1, shape.length - predicted),
  }));
  return packStep(rows, shape)[0]!;
}

/** Labels at once, and columns of the product that represents the head. */
const [labels, columns] = [256, 2048];
/** The softmax and the rest of the loss beside the head's products. */
const lossShare = 0.25;

async function measureHead({ hiddenSize, vocabularySize }: DecoderConfig): Promise<number> {
  const speed = await openProductSpeed([{ tokens: labels, inFeatures: hiddenSize, outFeatures: columns, count: 1 }]);
  try {
    const seconds = await lowerQuartile(() => speed.measure());
    // Forward and for the gradient of the states; the head itself is not trained.
    return ((2 * vocabularySize) / columns) * (seconds / labels / (1 - lossShare));
  } finally {
    await speed.release();
  }
}

/** Measures for at least this long, in seconds, and at least so often. */
const [leastSeconds, leastRuns] = [0.25, 4];

/** Returns the seconds of a run, after one to warm up: the lower quartile, for other programs slow runs down. */
async function lowerQuartile(run: () => Promise<unknown>): Promise<number> {
  await run();
  const times: number[] = [];
  const startedAt = performance.now();
  while (times.length < leastRuns || performance.now() - startedAt < 1000 * leastSeconds) {
    const start = performance.now();
    await run();
    times.push((performance.now() - start) / 1000);
  }
  return times.toSorted((a, b) => a - b)[times.length >> 2]!;
}
