/**
 * Measures how long the parts of a training take on this machine. Runs real steps with everything in them, such as the method's own
 * products, dropout, attention and the gradients. The layers of large bases resemble each other, so the first ones show how long
 * the others take. The head can be as large as many layers, but is one product: a small product shows its speed.
 */

import type { MethodSpec } from "../../adapters/methods/methodNamed.ts";
import { moduleWeights } from "../../architectures/architectures.ts";
import type { DecoderConfig } from "../../architectures/config.ts";
import type { InstalledBase } from "../../baseModels/installedBase.ts";
import { packStep, type MicroBatch } from "../../dataset/batches.ts";
import { median } from "../../foundation/numbers/median.ts";
import { seededRandom } from "../../foundation/random.ts";
import { openProductSpeed } from "../../runtime/productSpeed.ts";
import type { BatchShape } from "../data/batchShape.ts";
import { openTrainingStep, type TrainingStep } from "../graph/trainingStep.ts";

/** What is trained, and how. */
export interface MeasuredTraining {
  readonly base: InstalledBase;
  readonly config: DecoderConfig;
  readonly spec: MethodSpec;
  readonly shape: BatchShape;
}

/** Times in seconds. */
export interface MachineTimes {
  /** The layers for a micro-batch, forward and backward. */
  ofLayers(training: MeasuredTraining): Promise<number>;
  /** The head for one token, forward and backward. */
  ofHead(config: DecoderConfig): Promise<number>;
}

export const measuredTimes: MachineTimes = { ofLayers: measureLayers, ofHead: measureHead };

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
    ofLayers: (training) => {
      const { base, spec, shape } = training;
      return remembered({ base: base.hash, spec, shape }, () => measureLayers(training));
    },
    ofHead: (config) => {
      const { hiddenSize, vocabularySize } = config;
      return remembered({ hiddenSize, vocabularySize }, () => measureHead(config));
    },
  };
}

/** The most floating-point operations of a measured layer: more give the same result, but take longer. */
const measuredFlops = 40e9;
/** The fewest tokens of a measured row: products with fewer rows take longer per row. */
const leastLength = 128;

/** Returns a shape whose steps take a fraction of a second: with fewer rows and, for large bases, shorter ones. */
export function measurableShape(config: DecoderConfig, shape: BatchShape): BatchShape {
  // Three passes, of a multiplication and an addition for each weight of a layer.
  const perToken = (6 * moduleWeights(config)) / config.layers;
  const tokens = Math.max(leastLength, Math.floor(measuredFlops / perToken));
  const length = Math.min(shape.length, tokens);
  return { ...shape, rows: Math.max(1, Math.min(shape.rows, Math.floor(tokens / length))), length };
}

/** Bases of up to this many layers are measured whole. */
const fewLayers = 8;
/** The numbers of layers to measure in larger bases. The difference between the two times is that of two layers. */
const [shortPart, longPart] = [1, 3];

async function measureLayers(training: MeasuredTraining): Promise<number> {
  const { layers } = training.config;
  if (layers <= fewLayers) {
    const [whole] = await measureSteps(training, [layers]);
    return whole!;
  }
  const [short, long] = await measureSteps(training, [shortPart, longPart]);
  const ofOne = Math.max(0, long! - short!) / (longPart - shortPart);
  return short! + (layers - shortPart) * ofOne;
}

/** Returns the seconds of a step for each number of layers, in a model of that many first layers of the base. */
async function measureSteps(
  { base, config, spec, shape }: MeasuredTraining,
  layers: readonly number[],
): Promise<number[]> {
  const steps: TrainingStep[] = [];
  try {
    for (const count of layers) {
      const short = { ...base, config: { ...config, layers: count } };
      steps.push(await openTrainingStep(short, spec, shape, { initial: { get: (_name, size) => someValues(size) } }));
    }
    const batch = randomBatch(config, shape);
    const noise = seededRandom(1, "cost");
    return await medianTimes(steps.map((step) => () => step.run(batch, noise)));
  } finally {
    for (const step of steps) await step.release();
  }
}

/**
 * Returns small numbers. They are not all the same: equal values make denormal numbers, which take several times as long. A few
 * values repeat, because a full training has hundreds of millions.
 */
function someValues(count: number): Float32Array {
  const random = seededRandom(1, "cost");
  const few = Float32Array.from({ length: Math.min(count, 4093) }, () => 0.02 * random.normal());
  const all = new Float32Array(count);
  for (let at = 0; at < count; at += few.length) all.set(few.subarray(0, count - at), at);
  return all;
}

/** The number of tokens at the end of each row that are predicted, because every graph has a head. */
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
/** The share of the head's time that the softmax and the rest of the loss take; its products take the rest. */
const lossShare = 0.25;

async function measureHead({ hiddenSize, vocabularySize }: DecoderConfig): Promise<number> {
  const speed = await openProductSpeed([{ tokens: labels, inFeatures: hiddenSize, outFeatures: columns, count: 1 }]);
  try {
    const [seconds] = await medianTimes([() => speed.measure()]);
    // Forward and for the gradient of the states; the head itself is not trained.
    return ((2 * vocabularySize) / columns) * (seconds! / labels / (1 - lossShare));
  } finally {
    await speed.release();
  }
}

/** Measures for at least this many seconds, and at least this many runs. */
const [leastSeconds, leastRuns] = [0.25, 3];

/**
 * Returns the median of the seconds that each work takes, after one run to warm up. The works take turns, so that other programs
 * slow all of them down, as they will slow down the training.
 */
async function medianTimes(works: readonly (() => Promise<unknown>)[]): Promise<number[]> {
  for (const work of works) await work();
  const times = works.map((): number[] => []);
  const startedAt = performance.now();
  while (times[0]!.length < leastRuns || performance.now() - startedAt < 1000 * leastSeconds) {
    for (const [i, work] of works.entries()) {
      const start = performance.now();
      await work();
      times[i]!.push((performance.now() - start) / 1000);
    }
  }
  return times.map(median);
}
