/** The size of micro-batches that wastes the least work on a data set. A training graph has one size for all. */

import { packRows, type PackedShape } from "../dataset/batches.ts";
import { tokenCount, type Sequence } from "../dataset/sequence.ts";

export interface ShapeOptions {
  /** The longest sequence of training and validation: its own tokens, and those that an encoder reads, 0 without one. */
  readonly longest: { readonly own: number; readonly read: number };
  readonly hiddenSize: number;
  /** Most tokens of a micro-batch, which bounds the memory; a single longer sequence is let through. */
  readonly maxTokens: number;
}

/** Sizes are multiples of this. */
const grain = 16;
/** What a run costs beside its tokens, in tokens. */
const runCost = 64;
/** Rows are at most so many times as long as the longest sequence. */
const longestRow = 4;

/**
 * @param steps the sequences of some steps, which are packed to try
 * @returns the size, and which part of it is padding in these steps
 */
export function chooseBatchShape(
  steps: readonly (readonly Sequence[])[],
  { longest, hiddenSize, maxTokens }: ShapeOptions,
): { shape: PackedShape; padding: number } {
  const tokens = steps.flat().reduce((sum, sequence) => sum + tokenCount(sequence), 0);
  const shortest = Math.ceil(Math.max(1, longest.own) / grain) * grain;
  let best = { shape: rowOf(shortest, longest), padding: 0 };
  let least = Infinity;
  for (let length = shortest; length <= longestRow * shortest; length += grain) {
    const row = rowOf(length, longest);
    const rowTokens = length + (row.encoderLength ?? 0);
    if (length > shortest && rowTokens > maxTokens) break;
    const rowsOfSteps = steps.map((sequences) => packRows(sequences, row).length);
    for (let rows = 1; rows === 1 || rows * rowTokens <= maxTokens; rows++) {
      const runs = rowsOfSteps.reduce((sum, needed) => sum + Math.ceil(needed / rows), 0);
      // Attention costs length² · hidden where the products cost about 6 · length · hidden².
      const cost = runs * (rows * rowTokens * (1 + rowTokens / (6 * hiddenSize)) + runCost);
      if (cost >= least) continue;
      least = cost;
      best = { shape: { ...row, rows }, padding: 1 - tokens / (runs * rows * rowTokens) };
    }
  }
  return best;
}

/** One row; what an encoder reads has as much room as what is written, by their longest. */
function rowOf(length: number, { own, read }: ShapeOptions["longest"]): PackedShape {
  if (read === 0) return { rows: 1, length };
  return { rows: 1, length, encoderLength: Math.ceil(Math.max(read, (length * read) / own) / grain) * grain };
}
