/** Products with, and reads from, blockwise quantized weights. None is differentiated: `linear` knows its own gradient. */

import { size, withDimension } from "../shape.ts";
import { blockSize } from "../storage.ts";
import { constant, primitive, type Tensor } from "../tensor.ts";

/** The parts of a quantized matrix [rows, columns] under the views that the ops below want. */
export interface QuantizedMatrix {
  readonly bits: 4 | 8;
  readonly rows: number;
  readonly columns: number;
  /** uint8 [rows, columns/32, 16 or 32] */
  readonly blocks: Tensor;
  /** The same bytes as uint8 [rows, columns·bits/8]. */
  readonly packed: Tensor;
  /** The same bytes as uint4 or uint8 [rows, columns]. */
  readonly codes: Tensor;
  /** float32 [rows, columns/32] */
  readonly scales: Tensor;
}

/**
 * x·Wᵀ (+ bias) for x [.., columns] → [.., rows].
 *
 * @param activations "int8" rounds x to int8 blocks first: twice as fast, for inference. "float32" is exact in x.
 */
export function matMulNBits(
  x: Tensor,
  w: QuantizedMatrix,
  bias: Tensor | null,
  activations: "int8" | "float32",
): Tensor {
  const type = { dtype: x.dtype, shape: withDimension(x.shape, -1, w.rows) };
  const optional = bias ? [null, null, bias] : [];
  return primitive("MatMulNBits", [x, w.blocks, w.scales, ...optional], type, "not differentiable", {
    domain: "com.microsoft",
    attributes: {
      K: w.columns,
      N: w.rows,
      bits: w.bits,
      block_size: blockSize,
      accuracy_level: activations === "int8" ? 4 : 0,
    },
  });
}

/** W as float32 [rows, columns]. `scales` may be given anew, to say when this must run. */
export function dequantizeLinear(w: QuantizedMatrix, scales: Tensor = w.scales): Tensor {
  const shape = [w.rows, w.columns];
  return primitive(
    "DequantizeLinear",
    [w.codes, scales, zeroPoints(w)],
    { dtype: "float32", shape },
    "not differentiable",
    {
      attributes: { axis: 1, block_size: blockSize },
    },
  );
}

/** Rows of W at `ids` [..I] → float32 [..I, columns]. */
export function gatherBlockQuantized(w: QuantizedMatrix, ids: Tensor): Tensor {
  const type = { dtype: "float32" as const, shape: [...ids.shape, w.columns] };
  return primitive("GatherBlockQuantized", [w.packed, ids, w.scales], type, "not differentiable", {
    domain: "com.microsoft",
    attributes: { bits: w.bits, block_size: blockSize, gather_axis: 0, quantize_axis: 1 },
  });
}

/** MatMulNBits takes the middle code as zero by itself; DequantizeLinear wants it spelled out, one a block. */
function zeroPoints({ bits, rows, scales }: QuantizedMatrix): Tensor {
  const count = rows * size(scales, 1);
  const shape = [rows, size(scales, 1)];
  return bits === 4
    ? constant(new Uint8Array(Math.ceil(count / 2)).fill(0x88), shape, "uint4")
    : constant(new Uint8Array(count).fill(0x80), shape, "uint8");
}
