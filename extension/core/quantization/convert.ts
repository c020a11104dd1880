/** Converts a piece of a checkpoint's bytes to one of the formats of an installed base. Independent of files and names. */

import type { Storage } from "../graph/storage.ts";
import { narrowToFloat16, widen } from "../weights/dtype.ts";
import { quantizeBlocks } from "./blockwise.ts";

export interface Piece {
  /** The safetensors dtype. */
  readonly dtype: string;
  /** Little-endian values of `dtype`; for a quantized format, whole blocks. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly format: Storage["format"];
}

/** The values of one piece, in the layout of {@link Storage}. */
export interface Converted {
  readonly values: Uint8Array<ArrayBuffer>;
  /** Empty if the format has no scales. */
  readonly scales: Uint8Array<ArrayBuffer>;
}

const largestFloat16 = 65504;

/** Returns null if a value is not finite, or would not be finite in the format. */
export function convert({ dtype, bytes, format }: Piece): Converted | null {
  const values = widen(dtype, bytes, "a piece");
  const limit = format === "float16" ? largestFloat16 : Number.MAX_VALUE;
  let finite = true;
  for (let i = 0; i < values.length; i++) finite &&= Math.abs(values[i]!) <= limit;
  if (!finite) return null;
  if (format === "float32") return { values: bytesOf(values), scales: new Uint8Array(0) };
  if (format === "float16") return { values: bytesOf(narrowToFloat16(values)), scales: new Uint8Array(0) };
  const { blocks, scales } = quantizeBlocks(values, 1, values.length, format === "int4" ? 4 : 8);
  return { values: blocks, scales: bytesOf(scales) };
}

function bytesOf(values: Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
