/** The size of micro-batches that wastes the least work on a data set. A training graph has one size for all. */

import { packStep } from "../dataset/batches.ts";
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
): { rows: number; length: number } {
  const longest = [...training, ...validation].reduce((most, { ids }) => Math.max(most, ids.length), 1);
  const shortest = Math.ceil(longest / grain) * grain;
  const stride = Math.max(1, Math.floor(training.length / batchSize / sampledSteps)) * batchSize;
  let best = { rows: 1, length: shortest, cost: Infinity };
  for (let length = shortest; length <= Math.max(shortest, Math.min(maxTokens, 4 * shortest)); length += shortest) {
    const rowsOfSteps: number[] = [];
    for (let start = 0; start < training.length; start += stride) {
      rowsOfSteps.push(packStep(training.slice(start, start + batchSize), { rows: 1, length }).length);
    }
    for (let rows = 1; rows === 1 || rows * length <= maxTokens; rows++) {
      // Attention costs length² · hidden where the products cost about 6 · length · hidden².
      const runOf = rows * length * (1 + length / (6 * hiddenSize)) + runCost;
      const cost = rowsOfSteps.reduce((sum, needed) => sum + Math.ceil(needed / rows) * runOf, 0);
      if (cost < best.cost) best = { rows, length, cost };
    }
  }
  return { rows: best.rows, length: best.length };
}
