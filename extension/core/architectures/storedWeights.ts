/** The weights of an installed base as a source for the forward pass. */

import { internalError } from "../foundation/errors.ts";
import { storedVector, storedWeight } from "../graph/composites/weight.ts";
import type { StoredTensor } from "../graph/storage.ts";
import type { WeightSource } from "./parameterScope.ts";
import type { WeightRequest } from "./weightRequest.ts";

/** @param tensors the tensors by checkpoint key, in the layout that an import wrote for this model */
export function storedWeights(tensors: ReadonlyMap<string, StoredTensor>): WeightSource {
  const found = ({ names }: WeightRequest): StoredTensor[] =>
    names.map((name) => {
      const tensor = tensors.get(name);
      if (!tensor) throw internalError(`the base has no tensor ${name}`);
      return tensor;
    });
  return {
    matrix: (request) => storedWeight(found(request)),
    vector: (request) => storedVector(found(request)),
  };
}
