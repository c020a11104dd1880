/** The number formats of a safetensors file: the bits of each, and conversions of float formats to and from float32. */

import { UserError } from "../foundation/errors.ts";
import { say } from "../foundation/words/said.ts";

/** Bits per element, as in the safetensors reference implementation. */
const bitsOf: Readonly<Record<string, number>> = {
  BOOL: 8,
  U8: 8,
  I8: 8,
  I16: 16,
  U16: 16,
  I32: 32,
  U32: 32,
  I64: 64,
  U64: 64,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  F16: 16,
  BF16: 16,
  F32: 32,
  F64: 64,
  C64: 64,
};

/** Formats that {@link widen} reads. */
export const readableDtypes: readonly string[] = ["F32", "F16", "BF16"];

/** Returns the bits per element of `dtype`; undefined if the format is unknown. */
export function bitsPerElement(dtype: string): number | undefined {
  return Object.hasOwn(bitsOf, dtype) ? bitsOf[dtype] : undefined;
}

/**
 * Returns little-endian `bytes` of `dtype` as float32. An F32 array shares the memory of `bytes`.
 *
 * @throws UserError "dtype-unsupported" for formats other than {@link readableDtypes}.
 */
export function widen(dtype: string, bytes: Uint8Array<ArrayBuffer>, what: string): Float32Array<ArrayBuffer> {
  switch (dtype) {
    case "F32":
      return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    case "F16":
      return widenFloat16(new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2));
    case "BF16":
      return widenBfloat16(new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2));
    default:
      throw new UserError(
        "dtype-unsupported",
        say`Cannot read ${what}: its values are ${dtype}, and only ${readableDtypes.join(", ")} can be read.`,
        say`Use a checkpoint that is not quantized, in float32, float16 or bfloat16.`,
      );
  }
}

/** bfloat16 is the upper half of float32. */
function widenBfloat16(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i]! << 16;
  return new Float32Array(bits.buffer);
}

function widenFloat16(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const table = (float16Table ??= makeFloat16Table());
  const result = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) result[i] = table[halves[i]!]!;
  return result;
}

/**
 * Rounds to the nearest values of `dtype`, one of {@link readableDtypes}, little-endian: the inverse of {@link widen}.
 *
 * @throws UserError "dtype-unsupported"
 */
export function narrow(dtype: string, values: Float32Array<ArrayBuffer>, what: string): Uint8Array<ArrayBuffer> {
  widen(dtype, new Uint8Array(0), what); // Throws if the format cannot be read again.
  const narrowed = dtype === "F32" ? values : dtype === "F16" ? narrowToFloat16(values) : narrowToBfloat16(values);
  return new Uint8Array(narrowed.buffer, narrowed.byteOffset, narrowed.byteLength);
}

/** Rounds each value to the nearest bfloat16, ties to even. */
function narrowToBfloat16(values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const result = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) result[i] = (bits[i]! + 0x7fff + ((bits[i]! >>> 16) & 1)) >>> 16;
  return result;
}

/** 1.5 · 2^52: adding and subtracting it rounds a small double to the nearest whole number, ties to even. */
const rounder = 6755399441055744;

/**
 * Rounds each value to the nearest float16, ties to even, as IEEE 754 does. Magnitudes must not exceed 65504.
 *
 * The bits of a float32, shifted to the narrower fraction and exponent, are those of the float16; a carry out of the fraction
 * correctly increments the exponent. Below 2^-14, a float16 is an integer multiple of 2^-24.
 */
export function narrowToFloat16(values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const result = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const sign = (bits[i]! >>> 16) & 0x8000;
    const magnitude = bits[i]! & 0x7fffffff;
    const half =
      magnitude < 0x38800000
        ? Math.abs(values[i]!) * 2 ** 24 + rounder - rounder
        : (magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13;
    result[i] = sign | half;
  }
  return result;
}

let float16Table: Float32Array | undefined;

/** Returns the values of all float16 codes (IEEE 754 binary16), including subnormals, infinities and NaN. */
function makeFloat16Table(): Float32Array {
  const table = new Float32Array(0x10000);
  for (let half = 0; half < 0x10000; half++) {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) table[half] = sign * fraction * 2 ** -24;
    else if (exponent === 0x1f) table[half] = fraction ? NaN : sign * Infinity;
    else table[half] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return table;
}
