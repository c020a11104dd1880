/** The weights that a model requests from a checkpoint: the interface between architectures and the importer. */

/** The use of a weight, which decides how finely it is quantized. */
export type WeightRole = "linear" | "embedding" | "vector";

/**
 * Tensors that a model uses as one, such as query, key and value in one matrix product. Their rows are concatenated in
 * this order, so they must be adjacent in the weight file and share a format.
 */
export interface WeightRequest {
  /** Checkpoint keys. */
  readonly names: readonly string[];
  /** The shape of each tensor, [rows, columns] or [size]. */
  readonly shapes: readonly (readonly number[])[];
  readonly role: WeightRole;
}
