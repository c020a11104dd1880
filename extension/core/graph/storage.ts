/** How a weight lies in a base's one weight file. The graph carries this as an opaque value and reads no bytes. */

/** A run of bytes in the weight file. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** Values that share one scale: along a row, this many columns. */
export const blockSize = 32;

/**
 * One of four formats for a matrix [rows, columns] (vectors are always float32):
 * - float32 or float16: little-endian, row-major;
 * - int4: `blocks` uint8 [rows, columns/32, 16], two values a byte (low nibble first), value = (code - 8) · scale;
 * - int8: `blocks` uint8 [rows, columns/32, 32], value = (code - 128) · scale;
 * with `scales` float32 [rows, columns/32]. These are the layouts of ONNX Runtime's MatMulNBits.
 */
export type Storage =
  | { readonly format: "float32" | "float16"; readonly bytes: ByteRange }
  | { readonly format: "int4" | "int8"; readonly blocks: ByteRange; readonly scales: ByteRange };

/** A named tensor of an installed base. */
export interface StoredTensor {
  /** The checkpoint key, such as "model.layers.0.self_attn.q_proj.weight". */
  readonly name: string;
  readonly shape: readonly number[];
  readonly storage: Storage;
}
