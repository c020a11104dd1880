/** Packs sequences into rows of fixed size, the input of a training graph. */

import { internalError } from "../foundation/errors.ts";
import { targetWeight, tokenCount, type Sequence } from "./sequence.ts";

/** The size of a micro-batch. */
export interface PackedShape {
  /** Number of packed rows. */
  readonly rows: number;
  /** Tokens per row. */
  readonly length: number;
  /** Tokens per row that an encoder reads; absent without an encoder. */
  readonly encoderLength?: number;
}

/** `rows` rows of `length` tokens; every array is row-major. */
export interface MicroBatch {
  readonly rows: number;
  readonly length: number;
  /** [rows * length]; 0 is padding. */
  readonly ids: BigInt64Array;
  /** [rows * length], counted from 0 in each sequence. */
  readonly positions: BigInt64Array;
  /** [rows * length]: 1, 2, … for the sequences of a row, for the attention mask; 0 is padding. */
  readonly segments: Int32Array;
  /** [labels]: flat index of the predicting position, which is the one before its target. */
  readonly labelRows: BigInt64Array;
  /** [labels]: target ids. */
  readonly labels: BigInt64Array;
  /** [labels]: divided by their sum over the whole step, so that the weighted sum over all micro-batches is the mean. */
  readonly weights: Float32Array;
  /** The encoder's input, if there is an encoder: `ids` and `segments` as above, [rows * encoder.length]. */
  readonly encoder?: { readonly length: number; readonly ids: BigInt64Array; readonly segments: Int32Array };
}

/**
 * Packs the sequences of one optimizer step into micro-batches of `rows` rows. All micro-batches have the same size; unused rows
 * are padding. The same sequences always give the same batches.
 */
export function packStep(sequences: readonly Sequence[], shape: PackedShape): MicroBatch[] {
  const { rows, length, encoderLength } = shape;
  const packed = packRows(sequences, shape);
  const total = sequences.reduce((sum, sequence) => sum + targetWeight(sequence), 0);
  const batches: MicroBatch[] = [];
  for (let start = 0; start < packed.length; start += rows) {
    const chosen = packed.slice(start, start + rows);
    const batch = fillBatch(chosen, rows, length, 1 / total);
    batches.push(encoderLength ? { ...batch, encoder: encoderSide(chosen, rows, encoderLength) } : batch);
  }
  return batches;
}

/** Packs the longest sequences first, each into the first row with enough room; for an encoder-decoder, on both sides. */
export function packRows(
  sequences: readonly Sequence[],
  { length, encoderLength = 0 }: Omit<PackedShape, "rows">,
): (readonly Sequence[])[] {
  const packed: { sequences: Sequence[]; free: number; encoderFree: number }[] = [];
  for (const item of [...sequences].sort((a, b) => tokenCount(b) - tokenCount(a))) {
    const [own, read] = [item.ids.length, item.encoderIds?.length ?? 0];
    if (own > length) throw internalError(`a sequence of ${own} tokens for rows of ${length}`);
    if (read > encoderLength) throw internalError(`a prompt of ${read} tokens for rows of ${encoderLength}`);
    let row = packed.find(({ free, encoderFree }) => free >= own && encoderFree >= read);
    if (!row) packed.push((row = { sequences: [], free: length, encoderFree: encoderLength }));
    row.sequences.push(item);
    row.free -= own;
    row.encoderFree -= read;
  }
  return packed.map((row) => row.sequences);
}

function fillBatch(packed: readonly (readonly Sequence[])[], rows: number, length: number, share: number): MicroBatch {
  const ids = new BigInt64Array(rows * length);
  const positions = new BigInt64Array(rows * length);
  const segments = new Int32Array(rows * length);
  const labelRows: bigint[] = [];
  const labels: bigint[] = [];
  const weights: number[] = [];
  for (const [row, sequences] of packed.entries()) {
    let at = row * length;
    for (const [segment, sequence] of sequences.entries()) {
      if (sequence.firstTarget < 1) throw internalError("the first token of a sequence is a target");
      for (const [position, id] of sequence.ids.entries()) {
        ids[at] = BigInt(id);
        positions[at] = BigInt(position);
        segments[at] = segment + 1;
        const weight = position < sequence.firstTarget ? 0 : (sequence.weights?.[position - sequence.firstTarget] ?? 1);
        if (weight > 0) {
          labelRows.push(BigInt(at - 1));
          labels.push(BigInt(id));
          weights.push(weight * share);
        }
        at++;
      }
    }
  }
  return {
    rows,
    length,
    ids,
    positions,
    segments,
    labelRows: BigInt64Array.from(labelRows),
    labels: BigInt64Array.from(labels),
    weights: Float32Array.from(weights),
  };
}

function encoderSide(
  packed: readonly (readonly Sequence[])[],
  rows: number,
  length: number,
): NonNullable<MicroBatch["encoder"]> {
  const ids = new BigInt64Array(rows * length);
  const segments = new Int32Array(rows * length);
  for (const [row, sequences] of packed.entries()) {
    let at = row * length;
    for (const [segment, { encoderIds = [] }] of sequences.entries()) {
      ids.set(BigInt64Array.from(encoderIds, BigInt), at);
      segments.fill(segment + 1, at, at + encoderIds.length);
      at += encoderIds.length;
    }
  }
  return { length, ids, segments };
}
