/** Whether a Hugging Face checkpoint holds what its model asks for, before any of it is converted. */

import { UserError } from "../../foundation/errors.ts";
import type { WeightRequest } from "../../architectures/weightRequest.ts";
import { readableDtypes } from "../../weights/dtype.ts";
import type { ModelFolder } from "../../weights/modelFolder.ts";

/** @throws UserError "checkpoint-mismatch" or "dtype-unsupported", with both values */
export function checkCheckpoint(folder: ModelFolder, requests: readonly WeightRequest[]): void {
  for (const { names, shapes } of requests) {
    for (const [i, name] of names.entries()) {
      const tensor = folder.tensors.get(name);
      const asked = shapes[i]!;
      if (!tensor) {
        throw mismatch(folder, `config.json asks for the tensor "${name}", the weights do not have it`);
      }
      if (tensor.shape.length !== asked.length || tensor.shape.some((extent, axis) => extent !== asked[axis])) {
        const shape = `[${tensor.shape.join(", ")}]`;
        throw mismatch(folder, `"${name}" has the shape ${shape}, config.json asks for [${asked.join(", ")}]`);
      }
      if (!readableDtypes.includes(tensor.dtype)) {
        throw new UserError(
          "dtype-unsupported",
          `Cannot import ${folder.path}: "${name}" holds ${tensor.dtype}, and Graft reads ${readableDtypes.join(", ")}.`,
          "Import the model as it was before it was quantized, in float32, float16 or bfloat16.",
        );
      }
    }
  }
}

function mismatch({ path }: ModelFolder, reason: string): UserError {
  return new UserError(
    "checkpoint-mismatch",
    `Cannot import ${path}: ${reason}.`,
    "Check that config.json and the weights come from the same model, and that all files are there.",
  );
}
