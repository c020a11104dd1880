/** Products with, and reads from, blockwise quantized weights. None is differentiated: `linear` knows its own gradient. */

import { withDimension } from "../shape.ts";
import { blockSize, type QuantizedMatrix } from "../storage.ts";
import { constant, external, primitive, type Tensor } from "../tensor.ts";
import { reshape } from "./shaping.ts";

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
  const { bits, rows, columns } = w;
  const type = { dtype: x.dtype, shape: withDimension(x.shape, -1, rows) };
  const perRow = columns / blockSize;
  const blocks = external(`${w.name}.blocks`, "uint8", [rows, perRow, (blockSize * bits) / 8], w.blocks);
  const optional = bias ? [null, null, bias] : [];
  return primitive("MatMulNBits", [x, blocks, scalesOf(w), ...optional], type, "not differentiable", {
    domain: "com.microsoft",
    attributes: {
      K: columns,
      N: rows,
      bits,
      block_size: blockSize,
      accuracy_level: activations === "int8" ? 4 : 0,
    },
  });
}

/**
 * W as float32 [rows, columns]. It is read as a matrix of one block a row, since the kernel is two to three times as fast along
 * rows of one scale than where scales change within them.
 *
 * @param scales float32 [rows, columns/32], given anew to say when this must run
 */
export function dequantizeLinear(w: QuantizedMatrix, scales: Tensor = scalesOf(w)): Tensor {
  const { bits, rows, columns } = w;
  const count = (rows * columns) / blockSize;
  // MatMulNBits takes the middle code as zero by itself; this op wants it spelled out, one a block.
  const zeros =
    bits === 4
      ? constant(new Uint8Array(Math.ceil(count / 2)).fill(0x88), [count], "uint4")
      : constant(new Uint8Array(count).fill(0x80), [count], "uint8");
  const codes = external(`${w.name}.codes`, bits === 4 ? "uint4" : "uint8", [count, blockSize], w.blocks);
  const type = { dtype: "float32" as const, shape: [count, blockSize] };
  const floats = primitive("DequantizeLinear", [codes, reshape(scales, [count]), zeros], type, "not differentiable", {
    attributes: { axis: 0 },
  });
  return reshape(floats, [rows, columns]);
}

/** Rows of W at `ids` [..I] → float32 [..I, columns]. */
export function gatherBlockQuantized(w: QuantizedMatrix, ids: Tensor): Tensor {
  const { bits, rows, columns } = w;
  const type = { dtype: "float32" as const, shape: [...ids.shape, columns] };
  const packed = external(`${w.name}.packed`, "uint8", [rows, (columns * bits) / 8], w.blocks);
  return primitive("GatherBlockQuantized", [packed, ids, scalesOf(w)], type, "not differentiable", {
    domain: "com.microsoft",
    attributes: { bits, block_size: blockSize, gather_axis: 0, quantize_axis: 1 },
  });
}

/** float32 [rows, columns/32] */
export function scalesOf(w: QuantizedMatrix): Tensor {
  return external(`${w.name}.scales`, "float32", [w.rows, w.columns / blockSize], w.scales);
}
