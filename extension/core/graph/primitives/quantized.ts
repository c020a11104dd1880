/**
 * Matrix products with, and look-ups in, blockwise quantized weights. None is differentiable: `linear` has its own
 * gradient.
 */

import { withDimension } from "../shape.ts";
import { blockSize, type QuantizedMatrix } from "../storage.ts";
import { constant, external, primitive, type Tensor } from "../tensor.ts";
import { reshape } from "./shaping.ts";

/**
 * Returns x·Wᵀ (+ bias) for x [.., columns] → [.., rows].
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
 * Returns W as float32 [rows, columns]. It reads W as a matrix with one block per row, because the kernel is two to
 * three times as fast on rows with a single scale.
 *
 * @param scales float32 [rows, columns/32]; pass them with a control dependency to delay the op
 */
export function dequantizeLinear(w: QuantizedMatrix, scales: Tensor = scalesOf(w)): Tensor {
  const { bits, rows, columns } = w;
  const count = (rows * columns) / blockSize;
  // MatMulNBits uses the middle code as zero by default; this op needs it as an input, one per block.
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

/** Returns the rows of W at `ids` [..I] → float32 [..I, columns]. */
export function gatherBlockQuantized(w: QuantizedMatrix, ids: Tensor): Tensor {
  const { bits, rows, columns } = w;
  const type = { dtype: "float32" as const, shape: [...ids.shape, columns] };
  const packed = external(`${w.name}.packed`, "uint8", [rows, (columns * bits) / 8], w.blocks);
  return primitive("GatherBlockQuantized", [packed, ids, scalesOf(w)], type, "not differentiable", {
    domain: "com.microsoft",
    attributes: { bits, block_size: blockSize, gather_axis: 0, quantize_axis: 1 },
  });
}

/** Returns the scales of W, float32 [rows, columns/32]. */
export function scalesOf(w: QuantizedMatrix): Tensor {
  return external(`${w.name}.scales`, "float32", [w.rows, w.columns / blockSize], w.scales);
}
