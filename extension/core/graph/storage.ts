/** The storage of a weight in a base's single weight file. The graph carries it as an opaque value and reads no bytes. */

/** A byte range of the weight file. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** The number of consecutive columns of a row that share one scale. */
export const blockSize = 32;

/**
 * The storage of a matrix [rows, columns] in one of four formats (vectors are always float32):
 * - float32 or float16: little-endian, row-major;
 * - int4: `blocks` uint8 [rows, columns/32, 16], two values per byte (low nibble first), value = (code - 8) · scale;
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

/** A matrix in blocks, made of one or more tensors of the checkpoint. */
export interface QuantizedMatrix {
  /** The identity of the matrix: equal names mean the same bytes in the same shape. */
  readonly name: string;
  readonly bits: 4 | 8;
  readonly rows: number;
  readonly columns: number;
  readonly blocks: ByteRange;
  readonly scales: ByteRange;
}

/** Returns the rows from `begin` up to and excluding `end`. */
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

/** Returns the same values with one block per row, [rows·columns/32, 32]. */
export function blockByBlock(matrix: QuantizedMatrix): QuantizedMatrix {
  const { name, rows, columns } = matrix;
  return { ...matrix, name: `${name}.lines`, rows: (rows * columns) / blockSize, columns: blockSize };
}

/** Returns whole rows of a row-major range. `begin` and `end` are fractions of it. */
export function partOf({ offset, length }: ByteRange, begin: number, end: number): ByteRange {
  const start = Math.round(begin * length);
  return { offset: offset + start, length: Math.round(end * length) - start };
}
