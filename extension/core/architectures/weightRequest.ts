/** What a model asks of a checkpoint: the border between an architecture and the importer. */

/** What a weight is used for, which decides how finely it is quantized. */
export type WeightRole = "linear" | "embedding" | "vector";

/**
 * Tensors that a model uses as one: their rows are concatenated in this order, so they must lie side by side in the
 * weight file and share a format (query, key and value become one matrix product).
 */
export interface WeightRequest {
  /** Checkpoint keys. */
  readonly names: readonly string[];
  /** The shape of each, [rows, columns] or [size]. */
  readonly shapes: readonly (readonly number[])[];
  readonly role: WeightRole;
}
