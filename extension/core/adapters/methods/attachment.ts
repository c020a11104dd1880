/** How what is trained enters the forward pass of a training graph, whatever the method. */

import type { Tensor } from "../../graph/tensor.ts";
import type { AdapterSlots, WeightSource } from "../../architectures/parameterScope.ts";

/** What a method adds to a model. Where it says nothing, the base stays as it is. */
export interface Attachment {
  /** Around every product. */
  readonly slots?: AdapterSlots;
  /** Embeddings in front of the text's, [virtual tokens, hidden]. */
  readonly prompt?: Tensor;
  /** Keys and values in front of the text's, in the attention of a layer to itself. */
  readonly prefix?: Prefix;
  /** In the place of the base's own. */
  readonly weights?: WeightSource;
}

export interface Prefix {
  readonly tokens: number;
  /** [kvHeads, tokens, headSize] each */
  of(layer: number): { readonly key: Tensor; readonly value: Tensor };
}

/** A trained tensor as an input of the graph: the same one however often it is asked for, as a recomputed layer does. */
export type ParameterOf = (name: string, shape: readonly number[]) => Tensor;
