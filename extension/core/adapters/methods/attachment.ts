/** Describes how any method's parameters enter the forward pass of a training graph. */

import type { Tensor } from "../../graph/tensor.ts";
import type { AdapterSlots, WeightSource } from "../../architectures/parameterScope.ts";

/** The changes that a method makes to a model. Without a field, that part of the base is unchanged. */
export interface Attachment {
  /** Computations around every matrix product. */
  readonly slots?: AdapterSlots;
  /** Embeddings in front of those of the text: [virtual tokens, hidden]. */
  readonly prompt?: Tensor;
  /** Keys and values in front of those of the text, in every self-attention. */
  readonly prefix?: Prefix;
  /** Weights that replace those of the base. */
  readonly weights?: WeightSource;
}

export interface Prefix {
  readonly tokens: number;
  /** [kvHeads, tokens, headSize] each */
  of(layer: number): { readonly key: Tensor; readonly value: Tensor };
}

/** Returns a trained tensor as an input of the graph. Repeated calls, as for a recomputed layer, return the same input. */
export type ParameterOf = (name: string, shape: readonly number[]) => Tensor;
