/** Writes a model as a Hugging Face folder, piece by piece. */

import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { elementCount } from "../../graph/shape.ts";
import { narrow, widen } from "../../weights/dtype.ts";
import type { ModelFolder } from "../../weights/modelFolder.ts";
import { streamSafetensors, type TensorToStream } from "../../weights/safetensors.ts";
import { filesToKeep, keptFiles } from "../import/baseSource.ts";
import type { WriteControl } from "../import/weightFile.ts";
import { makeFolder } from "../../foundation/atomicFile.ts";

const weightsFile = "model.safetensors";
/** All files that {@link exportModel} can write. */
export const exportedFiles: ReadonlySet<string> = new Set([...keptFiles, weightsFile]);

/**
 * Writes the tensors of `model` into `out`, and the small files next to its weights.
 *
 * @param dtypeOf returns the format of a tensor by its name
 * @throws UserError "not-writable", "disk-full"
 */
export async function exportModel(
  out: string,
  model: ModelFolder,
  dtypeOf: (name: string) => string,
  control: WriteControl = {},
): Promise<void> {
  await makeFolder(out);
  for (const name of await filesToKeep(model.path)) await copyFile(join(model.path, name), join(out, name));
  await streamSafetensors(join(out, weightsFile), streamed(model, dtypeOf, control), { format: "pt" });
}

/** The number of elements per read. */
const pieceSize = 1 << 20;

function streamed(
  model: ModelFolder,
  dtypeOf: (name: string) => string,
  { signal, onProgress }: WriteControl,
): TensorToStream[] {
  const sizes = [...model.tensors.values()].map(({ shape }) => elementCount(shape));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let done = 0;
  return [...model.tensors].map(([name, { dtype, shape }], i): TensorToStream => {
    const wanted = dtypeOf(name);
    const columns = shape.at(-1) ?? 1;
    const step = Math.max(1, Math.floor(pieceSize / columns)) * columns;
    return {
      name,
      dtype: wanted,
      shape,
      bytes: async function* () {
        for (let start = 0; start < sizes[i]!; start += step) {
          signal?.throwIfAborted();
          const count = Math.min(step, sizes[i]! - start);
          const bytes = await model.readBytes(name, { start, count });
          yield wanted === dtype ? bytes : narrow(wanted, widen(dtype, bytes, name), name);
          done += count;
          onProgress?.({ done, total });
        }
      },
    };
  });
}
