/** Chooses the micro-batch size that wastes the least work on a data set. All micro-batches of a training have this size. */

import { packRows, type PackedShape } from "../../dataset/batches.ts";
import { tokenCount, type Sequence } from "../../dataset/sequence.ts";

/** The fixed shape of a micro-batch. */
export interface BatchShape extends PackedShape {
  /** Gradient checkpointing: keep only each layer's input and compute the layer again for its gradient. */
  readonly checkpointing: boolean;
}

export interface ShapeOptions {
  /** Longest sequences of training and validation: of own tokens, and of tokens that an encoder reads (0 without an encoder). */
  readonly longest: { readonly own: number; readonly read: number };
  readonly hiddenSize: number;
  /** Most tokens of a micro-batch, which limits its memory. A single sequence may be longer. */
  readonly maxTokens: number;
}

/** Row lengths are multiples of this, in tokens. */
const grain = 16;
/** Fixed cost of running a micro-batch, as a number of tokens. */
const runCost = 64;
/** Longest row, as a multiple of the longest sequence. */
const longestRow = 4;

/** @param steps the sequences of some sample steps, which are packed to compare shapes */
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
      // Attention costs length² · hidden; the other products cost about 6 · length · hidden².
      const cost = runs * (rows * rowTokens * (1 + rowTokens / (6 * hiddenSize)) + runCost);
      if (cost >= least) continue;
      least = cost;
      best = { ...row, rows };
    }
  }
  return best;
}

/** Whether {@link chooseBatchShape} can have returned `shape` for sequences of these lengths and at most `maxTokens` tokens. */
export function isPossibleShape(shape: PackedShape, longest: ShapeOptions["longest"], maxTokens = 1 << 16): boolean {
  const shortest = Math.ceil(Math.max(1, longest.own) / grain) * grain;
  const isRoomy = shape.length >= shortest && shape.length <= longestRow * shortest;
  if (!isRoomy || shape.rows < 1 || (shape.rows > 1 && shape.rows * tokensOf(shape) > maxTokens)) return false;
  return shape.encoderLength === rowOf(shape.length, longest).encoderLength;
}

/** Returns the share of padding in the micro-batches of `steps`. */
export function paddingOf(steps: readonly (readonly Sequence[])[], shape: PackedShape): number {
  const tokens = steps.flat().reduce((sum, sequence) => sum + tokenCount(sequence), 0);
  const runs = steps.reduce((sum, step) => sum + Math.ceil(packRows(step, shape).length / shape.rows), 0);
  return 1 - tokens / (runs * shape.rows * tokensOf(shape));
}

/** Tokens of one row, of encoder and decoder together. */
function tokensOf({ length, encoderLength = 0 }: PackedShape): number {
  return length + encoderLength;
}

/** Returns a shape with one row. The encoder's length is in proportion to the decoder's, by their longest sequences. */
function rowOf(length: number, { own, read }: ShapeOptions["longest"]): PackedShape {
  if (read === 0) return { rows: 1, length };
  return { rows: 1, length, encoderLength: Math.ceil(Math.max(read, (length * read) / own) / grain) * grain };
}
