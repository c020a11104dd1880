/** A model folder with an adapter merged into its weights, which are computed on reading. */

import type { ModuleAdapter } from "../../adapters/adapter.ts";
import { kindOf } from "../../adapters/methods/methodNamed.ts";
import type { ModuleUpdate } from "../../adapters/origin.ts";
import { internalError, UserError } from "../../foundation/errors.ts";
import { say } from "../../foundation/words/said.ts";
import { elementCount } from "../../graph/shape.ts";
import { narrow, widen } from "../../weights/dtype.ts";
import type { ModelFolder } from "../../weights/modelFolder.ts";

/** Changes `values`, the elements of a tensor from `start` on. For a matrix [rows, columns], they are whole rows. */
type Change = (values: Float32Array, start: number) => void;

/**
 * Returns a model that computes the same as `folder` with `adapter`: W + scaling · B·A for LoRA; for IA3, the factors
 * times the columns of W, or times its rows and the bias. Changed tensors are float32 regardless of their format in
 * `folder`. Closing it closes `folder`.
 *
 * @param adapter must fit the model
 */
export function mergedFolder(folder: ModelFolder, adapter: ModuleAdapter): ModelFolder {
  const changes = changesOf(adapter, folder);
  const tensors = new Map(
    [...folder.tensors].map(([name, entry]) => {
      if (!changes.has(name)) return [name, entry] as const;
      return [name, { ...entry, dtype: "F32", length: 4 * elementCount(entry.shape) }] as const;
    }),
  );
  const readBytes: ModelFolder["readBytes"] = async (name, part) => {
    const bytes = await folder.readBytes(name, part);
    const change = changes.get(name);
    if (!change) return bytes;
    const values = widen(folder.tensors.get(name)!.dtype, bytes, name);
    change(values, part?.start ?? 0);
    if (!values.every(Number.isFinite)) throw notFinite(adapter, name);
    return narrow("F32", values, name);
  };
  const read: ModelFolder["read"] = async (name, part) =>
    widen(tensors.get(name)?.dtype ?? "", await readBytes(name, part), name);
  return { ...folder, tensors, readBytes, read };
}

function notFinite(adapter: ModuleAdapter, tensor: string): UserError {
  const reason = say`"${tensor}" would hold values that are not finite numbers`;
  const nextStep = say`Train the adapter anew; its values are too large.`;
  return new UserError("weights-not-finite", say`Cannot merge adapter "${adapter.name}": ${reason}.`, nextStep);
}

function changesOf(adapter: ModuleAdapter, folder: ModelFolder): Map<string, Change> {
  const kind = kindOf(adapter);
  const changes = new Map<string, Change>();
  for (const path of adapter.modules.keys()) {
    const update = kind.around?.(adapter, path);
    const weight = folder.tensors.get(`${path}.weight`);
    if (!update || !weight) continue;
    changes.set(`${path}.weight`, changeOfWeight(update, weight.shape[1]!));
    const { output } = update;
    if (!output || !folder.tensors.has(`${path}.bias`)) continue;
    changes.set(`${path}.bias`, (values, start) => {
      for (let i = 0; i < values.length; i++) values[i]! *= output[start + i]!;
    });
  }
  return changes;
}

/** output ⊙ (W + scaling · B·A) ⊙ input, row by row. */
function changeOfWeight({ lowRank, input, output }: ModuleUpdate, columns: number): Change {
  return (values, start) => {
    const delta = new Float64Array(columns);
    forRows(values, start, columns, (row, number) => {
      if (lowRank) {
        const { a, b, rank, scaling } = lowRank;
        delta.fill(0);
        for (let r = 0; r < rank; r++) {
          const factor = scaling * b[number * rank + r]!;
          for (let i = 0; i < columns; i++) delta[i]! += factor * a[r * columns + i]!;
        }
        for (let i = 0; i < columns; i++) row[i]! += delta[i]!;
      }
      if (input) for (let i = 0; i < columns; i++) row[i]! *= input[i]!;
      if (output) for (let i = 0; i < columns; i++) row[i]! *= output[number]!;
    });
  };
}

function forRows(
  values: Float32Array,
  start: number,
  columns: number,
  change: (row: Float32Array, number: number) => void,
): void {
  if (start % columns !== 0 || values.length % columns !== 0) throw internalError("only whole rows can be merged");
  for (let place = 0; place < values.length; place += columns) {
    change(values.subarray(place, place + columns), (start + place) / columns);
  }
}
