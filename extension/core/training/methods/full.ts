/** Full fine-tuning: every weight of the base is trained, in float32. */

import { plainWeight } from "../../graph/composites/weight.ts";
import { concat } from "../../graph/primitives/shaping.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { WeightRequest } from "../../models/weightRequest.ts";
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
