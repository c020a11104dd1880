/** Sequences packed into the fixed-size arrays that a training graph takes. It knows nothing of texts. */

import { internalError } from "../base/errors.ts";
import type { Sequence } from "./sequence.ts";

/** `rows` rows of `length` tokens; every array is row-major. */
export interface MicroBatch {
  readonly rows: number;
  readonly length: number;
  /** [rows * length], 0 where there is padding. */
  readonly ids: BigInt64Array;
  /** [rows * length], from 0 in each sequence. */
  readonly positions: BigInt64Array;
  /** [rows * length]: 1, 2, … for the sequences of a row, which must not see each other; 0 = padding. */
  readonly segments: Int32Array;
  /** [labels]: flat index of the position that predicts, which is the one before its target. */
  readonly labelRows: BigInt64Array;
  /** [labels]: target ids. */
  readonly labels: BigInt64Array;
  /** [labels]: 1 / (targets of the whole step), so that the weighted sum over all micro-batches is the mean. */
  readonly weights: Float32Array;
}

/**
 * Packs the sequences of one optimizer step: longest first, each into the first row that has room, `rows` rows to a
 * micro-batch. All have the same size; rows that stay empty are padding. The same sequences give the same batches.
 */
export function packStep(
  sequences: readonly Sequence[],
  { rows, length }: { rows: number; length: number },
): MicroBatch[] {
  const packed: { sequences: Sequence[]; free: number }[] = [];
  for (const item of [...sequences].sort((a, b) => b.ids.length - a.ids.length)) {
    if (item.ids.length > length) throw internalError(`a sequence of ${item.ids.length} tokens for rows of ${length}`);
    let row = packed.find(({ free }) => free >= item.ids.length);
    if (!row) packed.push((row = { sequences: [], free: length }));
    row.sequences.push(item);
    row.free -= item.ids.length;
  }
  const targets = sequences.reduce((sum, { labelled }) => sum + labelled.filter(Boolean).length, 0);
  const batches: MicroBatch[] = [];
  for (let start = 0; start < packed.length; start += rows) {
    const chosen = packed.slice(start, start + rows).map((row) => row.sequences);
    batches.push(fillBatch(chosen, rows, length, 1 / targets));
  }
  return batches;
}

function fillBatch(packed: readonly (readonly Sequence[])[], rows: number, length: number, weight: number): MicroBatch {
  const ids = new BigInt64Array(rows * length);
  const positions = new BigInt64Array(rows * length);
  const segments = new Int32Array(rows * length);
  const labelRows: bigint[] = [];
  const labels: bigint[] = [];
  for (const [row, sequences] of packed.entries()) {
    let at = row * length;
    for (const [segment, sequence] of sequences.entries()) {
      if (sequence.labelled[0]) throw internalError("the first token of a sequence is a target");
      for (const [position, id] of sequence.ids.entries()) {
        ids[at] = BigInt(id);
        positions[at] = BigInt(position);
        segments[at] = segment + 1;
        if (sequence.labelled[position]) {
          labelRows.push(BigInt(at - 1));
          labels.push(BigInt(id));
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
    weights: new Float32Array(labels.length).fill(weight),
  };
}
