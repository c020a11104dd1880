/** The size of micro-batches that wastes the least work on a data set. A training graph has one size for all. */

import { packStep, type PackedShape } from "../dataset/batches.ts";
import type { Sequence } from "../dataset/sequence.ts";

export interface ShapeOptions {
  /** Sequences of one optimizer step. */
  readonly batchSize: number;
  readonly hiddenSize: number;
  /** Most tokens of a micro-batch, which bounds the memory; a single longer sequence is let through. */
  readonly maxTokens: number;
}

/** Sizes are multiples of this. */
const grain = 16;
/** What a run costs beside its tokens, in tokens. */
const runCost = 64;
const sampledSteps = 40;

/**
 * @param training in the order they come, of which a sample is packed to try
 * @param validation must fit, too
 */
export function chooseBatchShape(
  training: readonly Sequence[],
  validation: readonly Sequence[],
  { batchSize, hiddenSize, maxTokens }: ShapeOptions,
): PackedShape {
  const shortest = shortestShape([...training, ...validation]);
  const shortestTokens = tokensOf(shortest);
  const stride = Math.max(1, Math.floor(training.length / batchSize / sampledSteps)) * batchSize;
  let best = { shape: shortest, cost: Infinity };
  for (let times = 1; times === 1 || (times <= 4 && times * shortestTokens <= maxTokens); times++) {
    const row = timesLonger(shortest, times);
    const tokens = tokensOf(row);
    const rowsOfSteps: number[] = [];
    for (let start = 0; start < training.length; start += stride) {
      rowsOfSteps.push(packStep(training.slice(start, start + batchSize), row).length);
    }
    for (let rows = 1; rows === 1 || rows * tokens <= maxTokens; rows++) {
      // Attention costs length² · hidden where the products cost about 6 · length · hidden².
      const runOf = rows * tokens * (1 + tokens / (6 * hiddenSize)) + runCost;
      const cost = rowsOfSteps.reduce((sum, needed) => sum + Math.ceil(needed / rows) * runOf, 0);
      if (cost < best.cost) best = { shape: { ...row, rows }, cost };
    }
  }
  return best.shape;
}

/** One row that holds the longest sequence. */
function shortestShape(sequences: readonly Sequence[]): PackedShape {
  const upTo = (longest: number): number => Math.ceil(longest / grain) * grain;
  const length = upTo(sequences.reduce((most, { ids }) => Math.max(most, ids.length), 1));
  const read = sequences.reduce((most, { encoderIds }) => Math.max(most, encoderIds?.length ?? 0), 0);
  return read === 0 ? { rows: 1, length } : { rows: 1, length, encoderLength: upTo(read) };
}

function timesLonger({ rows, length, encoderLength }: PackedShape, times: number): PackedShape {
  return { rows, length: times * length, ...(encoderLength !== undefined && { encoderLength: times * encoderLength }) };
}

/** Of one row, on both sides. */
function tokensOf({ length, encoderLength = 0 }: PackedShape): number {
  return length + encoderLength;
}
