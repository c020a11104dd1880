/** Full fine-tuning: every weight of the base is trained, in float32. */

import { totalmem } from "node:os";
import { UserError } from "../../foundation/errors.ts";
import { gigabytes } from "../../foundation/quantities.ts";
import type { InstalledBase } from "../../baseModels/installedBase.ts";
import { plainWeight } from "../../graph/composites/weight.ts";
import { concat } from "../../graph/primitives/shaping.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { WeightRequest } from "../../architectures/weightRequest.ts";
import type { Attachment, ParameterOf } from "./attachment.ts";

export interface FullSpec {
  readonly method: "full";
}

/** Parameters are named by their checkpoint keys. */
export function attachFull(parameterOf: ParameterOf): Attachment {
  const joined = ({ names, shapes }: WeightRequest): Tensor => {
    const parts = names.map((name, i) => parameterOf(name, shapes[i]!));
    return concat(parts, 0);
  };
  return { weights: { matrix: (request) => plainWeight(joined(request)), vector: joined } };
}

/** Copies of every weight: values, gradients and their sum, two means of the optimizer, the best so far, one on its way to disk. */
const copies = 7;

/**
 * Checks that the machine has the memory to train all of a base.
 *
 * @throws UserError "base-too-large"
 */
export function checkMemory(
  { name, parameters }: Pick<InstalledBase, "name" | "parameters">,
  memory = totalmem(),
): void {
  const needed = 4 * copies * parameters;
  if (needed <= memory) return;
  const found = `its ${millions(parameters)} take ${gigabytes(needed)} of memory, this machine has ${gigabytes(memory)}`;
  throw new UserError(
    "base-too-large",
    `Cannot train all of ${name}: ${found}.`,
    `Train a LoRA adapter, or a base of at most ${millions(memory / (4 * copies))}.`,
  );
}

function millions(parameters: number): string {
  return `${Math.floor(parameters / 1e6)} million parameters`;
}
