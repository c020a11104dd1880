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

/** A matrix in blocks, whatever tensors of the checkpoint it is made of. */
export interface QuantizedMatrix {
  /** Told apart by it: two of the same name are the same bytes in the same shape. */
  readonly name: string;
  readonly bits: 4 | 8;
  readonly rows: number;
  readonly columns: number;
  readonly blocks: ByteRange;
  readonly scales: ByteRange;
}

/** Rows `begin` to below `end`. */
export function someRows(matrix: QuantizedMatrix, begin: number, end: number): QuantizedMatrix {
  const { name, rows, blocks, scales } = matrix;
  return {
    ...matrix,
    name: `${name}[${begin}:${end}]`,
    rows: end - begin,
    blocks: partOf(blocks, begin / rows, end / rows),
    scales: partOf(scales, begin / rows, end / rows),
  };
}

/** The same values one block a row, [rows·columns/32, 32]. */
export function blockByBlock(matrix: QuantizedMatrix): QuantizedMatrix {
  const { name, rows, columns } = matrix;
  return { ...matrix, name: `${name}.lines`, rows: (rows * columns) / blockSize, columns: blockSize };
}

/** Whole rows of a range that lies row by row; `begin` and `end` are shares of it. */
export function partOf({ offset, length }: ByteRange, begin: number, end: number): ByteRange {
  const start = Math.round(begin * length);
  return { offset: offset + start, length: Math.round(end * length) - start };
}
