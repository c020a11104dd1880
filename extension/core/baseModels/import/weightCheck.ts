/** Checks that a Hugging Face checkpoint has the tensors that its model needs, before the conversion starts. */

import { UserError } from "../../foundation/errors.ts";
import { say, type Said } from "../../foundation/words/said.ts";
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
        throw mismatch(folder, say`config.json requires the tensor "${name}", but the weights do not contain it`);
      }
      if (tensor.shape.length !== asked.length || tensor.shape.some((extent, axis) => extent !== asked[axis])) {
        const shape = `[${tensor.shape.join(", ")}]`;
        throw mismatch(folder, say`"${name}" has the shape ${shape}, but config.json requires [${asked.join(", ")}]`);
      }
      if (!readableDtypes.includes(tensor.dtype)) {
        throw new UserError(
          "dtype-unsupported",
          say`Cannot import ${folder.path}: "${name}" has the format ${tensor.dtype}; Graft reads ${readableDtypes.join(", ")}.`,
          say`Import the original model, not a quantized one, in float32, float16 or bfloat16.`,
        );
      }
    }
  }
}

function mismatch({ path }: ModelFolder, reason: Said): UserError {
  return new UserError(
    "checkpoint-mismatch",
    say`Cannot import ${path}: ${reason}.`,
    say`Check that config.json and the weights come from the same model, and that no file is missing.`,
  );
}
