/**
 * Blockwise int4 and int8 quantization of a matrix, in the layout of core/graph/storage.ts. It knows numbers only: which
 * weight deserves how many bits is decided by the importer.
 */

import { internalError } from "../base/errors.ts";
import { blockSize } from "../graph/storage.ts";

export interface QuantizedBlocks {
  /** int4: [rows, columns/32, 16], low nibble first; int8: [rows, columns/32, 32]. */
  readonly blocks: Uint8Array<ArrayBuffer>;
  /** [rows, columns/32], may be negative. */
  readonly scales: Float32Array<ArrayBuffer>;
}

/**
 * Scales tried for a block are m / -(2^(bits-1) + t), where m is its value of largest magnitude. A scale a little smaller
 * clips m and serves the other 31 values better; one a little larger sometimes rounds better. Values of t by bits; at 8
 * bits more of them would gain 2 % of an error that is tiny already. (Measured on normal and on heavy-tailed values.)
 */
const trials: Readonly<Record<4 | 8, readonly number[]>> = {
  4: [-1.2, -0.9, -0.6, -0.3, 0, 0.3, 0.6, 0.9, 1.2, 1.6, 2],
  8: [-1, 0],
};

/**
 * Quantizes `values` [rows, columns]; columns must be a multiple of 32. For every block, of some candidate scales the one
 * with the least squared error is taken, after fitting each to its codes by least squares.
 */
export function quantizeBlocks(values: Float32Array, rows: number, columns: number, bits: 4 | 8): QuantizedBlocks {
  if (columns % blockSize !== 0 || values.length !== rows * columns) {
    throw internalError(`cannot quantize ${values.length} values as [${rows}, ${columns}] in blocks of ${blockSize}`);
  }
  const scales = new Float32Array(values.length / blockSize);
  const codes = new Uint8Array(values.length);
  for (let block = 0; block < scales.length; block++) {
    scales[block] = quantizeBlock(values, codes, block * blockSize, bits);
  }
  return { blocks: bits === 8 ? codes : packNibbles(codes), scales };
}

/** The inverse of {@link quantizeBlocks}, with its rounding error: [rows, columns] float32. */
export function dequantizeBlocks(quantized: QuantizedBlocks, rows: number, columns: number, bits: 4 | 8): Float32Array {
  const { blocks, scales } = quantized;
  const result = new Float32Array(rows * columns);
  if (blocks.length * (8 / bits) !== result.length || scales.length * blockSize !== result.length) {
    throw internalError(
      `${blocks.length} bytes and ${scales.length} scales are not [${rows}, ${columns}] at ${bits} bits`,
    );
  }
  for (let i = 0; i < result.length; i++) {
    const code = bits === 8 ? blocks[i]! - 128 : ((blocks[i >> 1]! >> (4 * (i & 1))) & 0xf) - 8;
    result[i] = code * scales[Math.floor(i / blockSize)]!;
  }
  return result;
}

/** 1.5 · 2^52: adding and subtracting it rounds a double to the nearest whole number, faster than Math.round. */
const rounder = 6755399441055744;

/** Writes the codes of the block that starts at `start` and returns its scale. */
function quantizeBlock(values: Float32Array, codes: Uint8Array, start: number, bits: 4 | 8): number {
  const end = start + blockSize;
  const half = 1 << (bits - 1);
  let largest = 0;
  for (let i = start; i < end; i++) {
    const value = values[i]!;
    if (Math.abs(value) > Math.abs(largest)) largest = value;
  }
  if (largest === 0) {
    codes.fill(half, start, end);
    return 0;
  }
  // For fixed codes q the best scale is Σxq / Σq², and it leaves the error Σx² - (Σxq)² / Σq².
  let best = 0;
  let bestScale = largest / -half;
  for (const trial of trials[bits]) {
    const inverse = (half + trial) / -largest;
    let xq = 0;
    let qq = 0;
    for (let i = start; i < end; i++) {
      const value = values[i]!;
      let code = value * inverse + rounder - rounder;
      if (code >= half) code = half - 1;
      else if (code < -half) code = -half;
      xq += value * code;
      qq += code * code;
    }
    if (xq * xq > best * qq) {
      best = (xq * xq) / qq;
      bestScale = xq / qq;
    }
  }
  // The stored scale is a float32, so the codes are chosen for that one.
  const scale = Math.fround(bestScale);
  for (let i = start; i < end; i++) {
    const code = scale === 0 ? 0 : Math.round(values[i]! / scale);
    codes[i] = half + Math.max(-half, Math.min(half - 1, code));
  }
  return scale;
}

function packNibbles(codes: Uint8Array): Uint8Array<ArrayBuffer> {
  const packed = new Uint8Array(codes.length / 2);
  for (let i = 0; i < packed.length; i++) packed[i] = codes[2 * i]! | (codes[2 * i + 1]! << 4);
  return packed;
}
