/** The size of micro-batches that wastes the least work on a data set. A training graph has one size for all. */

import { packRows, type PackedShape } from "../../dataset/batches.ts";
import { tokenCount, type Sequence } from "../../dataset/sequence.ts";

/** The fixed shape of a micro-batch, and how its memory is kept down. */
export interface BatchShape extends PackedShape {
  /** Keep only each layer's input and compute the layer again for its gradient. */
  readonly checkpointing: boolean;
}

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

/** @param steps the sequences of some steps, which are packed to try */
export function chooseBatchShape(
  steps: readonly (readonly Sequence[])[],
  { longest, hiddenSize, maxTokens }: ShapeOptions,
): PackedShape {
  const shortest = Math.ceil(Math.max(1, longest.own) / grain) * grain;
  let best = rowOf(shortest, longest);
  let least = Infinity;
  for (let length = shortest; length <= longestRow * shortest; length += grain) {
    const row = rowOf(length, longest);
    const rowTokens = tokensOf(row);
    if (length > shortest && rowTokens > maxTokens) break;
    const rowsOfSteps = steps.map((sequences) => packRows(sequences, row).length);
    for (let rows = 1; rows === 1 || rows * rowTokens <= maxTokens; rows++) {
      const runs = rowsOfSteps.reduce((sum, needed) => sum + Math.ceil(needed / rows), 0);
      // Attention costs length² · hidden where the products cost about 6 · length · hidden².
      const cost = runs * (rows * rowTokens * (1 + rowTokens / (6 * hiddenSize)) + runCost);
      if (cost >= least) continue;
      least = cost;
      best = { ...row, rows };
    }
  }
  return best;
}

/** Whether {@link chooseBatchShape} can have made `shape` for such sequences, with the most tokens that a micro-batch has. */
export function isPossibleShape(shape: PackedShape, longest: ShapeOptions["longest"], maxTokens = 1 << 16): boolean {
  const shortest = Math.ceil(Math.max(1, longest.own) / grain) * grain;
  const isRoomy = shape.length >= shortest && shape.length <= longestRow * shortest;
  if (!isRoomy || shape.rows < 1 || (shape.rows > 1 && shape.rows * tokensOf(shape) > maxTokens)) return false;
  return shape.encoderLength === rowOf(shape.length, longest).encoderLength;
}

/** Which part of the micro-batches of `steps` is padding. */
export function paddingOf(steps: readonly (readonly Sequence[])[], shape: PackedShape): number {
  const tokens = steps.flat().reduce((sum, sequence) => sum + tokenCount(sequence), 0);
  const runs = steps.reduce((sum, step) => sum + Math.ceil(packRows(step, shape).length / shape.rows), 0);
  return 1 - tokens / (runs * shape.rows * tokensOf(shape));
}

/** Of one row, on both sides. */
function tokensOf({ length, encoderLength = 0 }: PackedShape): number {
  return length + encoderLength;
}

/** One row; what an encoder reads has as much room as what is written, by their longest. */
function rowOf(length: number, { own, read }: ShapeOptions["longest"]): PackedShape {
  if (read === 0) return { rows: 1, length };
  return { rows: 1, length, encoderLength: Math.ceil(Math.max(read, (length * read) / own) / grain) * grain };
}
