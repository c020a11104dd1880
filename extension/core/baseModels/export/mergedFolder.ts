/** A model folder with an adapter merged into its weights, which are computed on reading. */

import type { Ia3Adapter, LoraAdapter, ModuleAdapter } from "../../adapters/adapter.ts";
import { internalError } from "../../foundation/errors.ts";
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
  const changes = adapter.method === "lora" ? loraChanges(adapter) : ia3Changes(adapter, folder);
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
    return narrow("F32", values, name);
  };
  const read: ModelFolder["read"] = async (name, part) =>
    widen(tensors.get(name)?.dtype ?? "", await readBytes(name, part), name);
  return { ...folder, tensors, readBytes, read };
}

function loraChanges({ modules, rank, scaling }: LoraAdapter): Map<string, Change> {
  return changesOf(modules, (_, { a, b, inFeatures }) => (values, start) => {
    const delta = new Float64Array(inFeatures);
    forRows(values, start, inFeatures, (row, number) => {
      delta.fill(0);
      for (let r = 0; r < rank; r++) {
        const factor = scaling * b[number * rank + r]!;
        for (let i = 0; i < inFeatures; i++) delta[i]! += factor * a[r * inFeatures + i]!;
      }
      for (let i = 0; i < inFeatures; i++) row[i]! += delta[i]!;
    });
  });
}

function ia3Changes({ modules }: Ia3Adapter, folder: ModelFolder): Map<string, Change> {
  const changes = changesOf(modules, (path, { on, values: factors }) => (values, start) => {
    forRows(values, start, folder.tensors.get(`${path}.weight`)!.shape[1]!, (row, number) => {
      for (let i = 0; i < row.length; i++) row[i]! *= factors[on === "input" ? i : number]!;
    });
  });
  for (const [path, { on, values: factors }] of modules) {
    if (on === "input" || !folder.tensors.has(`${path}.bias`)) continue;
    changes.set(`${path}.bias`, (values, start) => {
      for (let i = 0; i < values.length; i++) values[i]! *= factors[start + i]!;
    });
  }
  return changes;
}

function changesOf<T>(
  modules: ReadonlyMap<string, T>,
  change: (path: string, module: T) => Change,
): Map<string, Change> {
  return new Map([...modules].map(([path, module]) => [`${path}.weight`, change(path, module)]));
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
