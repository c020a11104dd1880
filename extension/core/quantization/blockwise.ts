/**
 * Blockwise int4 and int8 quantization of a matrix, in the layout of core/graph/storage.ts. The importer decides the
 * bits of each weight.
 */

import { internalError } from "../foundation/errors.ts";
import { blockSize } from "../graph/storage.ts";

export interface QuantizedBlocks {
  /** int4: [rows, columns/32, 16], low nibble first; int8: [rows, columns/32, 32]. */
  readonly blocks: Uint8Array<ArrayBuffer>;
  /** [rows, columns/32]; may be negative. */
  readonly scales: Float32Array<ArrayBuffer>;
}

/**
 * The trial values t by bits. The scales tried for a block are m / -(2^(bits-1) + t), where m is its value of largest
 * magnitude. A slightly smaller scale clips m and fits the other 31 values better; a slightly larger one sometimes
 * rounds better. The best scale is fitted and tried once more. On normal and heavy-tailed values, the squared error is
 * 0.6 % higher than with the best of 60 scales at 4 bits, and 12 % higher at 8 bits, where it is already tiny.
 */
const trials: Readonly<Record<4 | 8, readonly number[]>> = { 4: [-0.9, -0.4, 0.1, 0.7, 1.4], 8: [-1, 0] };

/**
 * Quantizes `values` [rows, columns]; columns must be a multiple of 32. Each block uses the candidate scale with the
 * least squared error, after each candidate is fitted to its codes by least squares.
 */
export function quantizeBlocks(values: Float32Array, rows: number, columns: number, bits: 4 | 8): QuantizedBlocks {
  if (columns % blockSize !== 0 || values.length !== rows * columns) {
    throw internalError(`cannot quantize ${values.length} values as [${rows}, ${columns}] in blocks of ${blockSize}`);
  }
  const scales = new Float32Array(values.length / blockSize);
  const codes = new Uint8Array(values.length);
  for (let i = 0; i < scales.length; i++) scales[i] = quantizeBlock(values, codes, i * blockSize, bits);
  return { blocks: bits === 8 ? codes : packNibbles(codes), scales };
}

/** Inverts {@link quantizeBlocks} up to its rounding error: returns [rows, columns] float32. */
export function dequantizeBlocks(
  quantized: QuantizedBlocks,
  rows: number,
  columns: number,
  bits: 4 | 8,
): Float32Array<ArrayBuffer> {
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

/** A block in double precision, so that repeated passes need no conversion. */
const block = new Float64Array(blockSize);

/** Writes the codes of the block that starts at `start` and returns its scale. */
function quantizeBlock(values: Float32Array, codes: Uint8Array, start: number, bits: 4 | 8): number {
  const half = 1 << (bits - 1);
  const low = -half;
  const high = half - 1;
  let largest = 0;
  for (let i = 0; i < blockSize; i++) {
    const value = values[start + i]!;
    block[i] = value;
    if (Math.abs(value) > Math.abs(largest)) largest = value;
  }
  if (largest === 0) {
    codes.fill(half, start, start + blockSize);
    return 0;
  }
  // For fixed codes q, the best scale is Σxq / Σq², with the error Σx² - (Σxq)² / Σq².
  let best = 0;
  let bestScale = largest / -half;
  const tried = trials[bits];
  for (let trial = 0; trial <= tried.length; trial++) {
    const inverse = trial < tried.length ? (half + tried[trial]!) / -largest : 1 / bestScale;
    // Two accumulators per sum allow two additions at a time.
    let xq = 0;
    let qq = 0;
    let xqOdd = 0;
    let qqOdd = 0;
    for (let i = 0; i < blockSize; i += 2) {
      const even = block[i]!;
      const odd = block[i + 1]!;
      let code = even * inverse + rounder - rounder;
      let codeOdd = odd * inverse + rounder - rounder;
      code = code > high ? high : code < low ? low : code;
      codeOdd = codeOdd > high ? high : codeOdd < low ? low : codeOdd;
      xq += even * code;
      qq += code * code;
      xqOdd += odd * codeOdd;
      qqOdd += codeOdd * codeOdd;
    }
    xq += xqOdd;
    qq += qqOdd;
    if (xq * xq > best * qq) {
      best = (xq * xq) / qq;
      bestScale = xq / qq;
    }
  }
  // The codes are chosen for the stored scale, a float32. For the tiniest values it rounds to 0.
  const scale = Math.fround(bestScale);
  const inverse = scale === 0 ? 0 : 1 / scale;
  for (let i = 0; i < blockSize; i++) {
    const code = block[i]! * inverse + rounder - rounder;
    codes[start + i] = half + (code > high ? high : code < low ? low : code);
  }
  return scale;
}

function packNibbles(codes: Uint8Array): Uint8Array<ArrayBuffer> {
  const packed = new Uint8Array(codes.length / 2);
  for (let i = 0; i < packed.length; i++) packed[i] = codes[2 * i]! | (codes[2 * i + 1]! << 4);
  return packed;
}
