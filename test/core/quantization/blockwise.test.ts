import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../extension/core/foundation/random.ts";
import { dequantizeBlocks, quantizeBlocks } from "../../../extension/core/quantization/blockwise.ts";

const random = seededRandom(7, "blockwise");
const normals = (count: number, deviation = 1) =>
  Float32Array.from({ length: count }, () => random.normal() * deviation);
const squaredError = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, i) => sum + (value - (b[i] ?? NaN)) ** 2, 0);

describe("quantizeBlocks", () => {
  test("int4 packs two codes a byte, low nibble first, value = (code - 8) · scale", () => {
    // Codes 0, 1, … 15 twice: exactly representable with scale 0.5, and with no other of the same sign.
    const values = Float32Array.from({ length: 32 }, (_, i) => ((i % 16) - 8) * 0.5);
    const { blocks, scales } = quantizeBlocks(values, 1, 32, 4);
    expect(scales).toEqual(Float32Array.of(0.5));
    const eight = [0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe];
    expect([...blocks]).toEqual([...eight, ...eight]);
  });

  test("int8 keeps a byte a code, value = (code - 128) · scale", () => {
    const values = Float32Array.from({ length: 32 }, (_, i) => (i * 8 - 128) * 0.25);
    const { blocks, scales } = quantizeBlocks(values, 1, 32, 8);
    expect(scales).toEqual(Float32Array.of(0.25));
    expect([...blocks]).toEqual(Array.from({ length: 32 }, (_, i) => i * 8));
  });

  test("scales lie [rows, columns/32], each from its own block", () => {
    const values = Float32Array.from({ length: 2 * 64 }, (_, i) => ((i % 16) - 8) * (Math.floor(i / 32) + 1));
    expect(quantizeBlocks(values, 2, 64, 4).scales).toEqual(Float32Array.of(1, 2, 3, 4));
  });

  test("a block of zeros has scale 0 and stays zero", () => {
    const quantized = quantizeBlocks(new Float32Array(32), 1, 32, 4);
    expect(quantized.scales).toEqual(Float32Array.of(0));
    expect(dequantizeBlocks(quantized, 1, 32, 4)).toEqual(new Float32Array(32));
  });

  test.each([4, 8] as const)("int%i comes within 3 %% of the least squared error that any scale can give", (bits) => {
    const half = 2 ** (bits - 1);
    let ours = 0;
    let least = 0;
    for (let block = 0; block < 40; block++) {
      const values = normals(32);
      ours += squaredError(values, dequantizeBlocks(quantizeBlocks(values, 1, 32, bits), 1, 32, bits));
      const largest = Math.max(...values.map(Math.abs));
      let best = Infinity;
      for (let step = 400; step <= 1600; step++) {
        for (const sign of [-1, 1]) {
          const scale = (sign * largest * step) / 1000 / half;
          const rounded = values.map((x) => Math.max(-half, Math.min(half - 1, Math.round(x / scale))) * scale);
          best = Math.min(best, squaredError(values, rounded));
        }
      }
      least += best;
    }
    expect(ours).toBeLessThan(least * (bits === 4 ? 1.03 : 1.15));
  });

  test.each([4, 8] as const)("int%i round-trips any finite values within a step of the largest", (bits) => {
    const blocks = fc.float32Array({ minLength: 64, maxLength: 64, noNaN: true, min: -(2 ** 120), max: 2 ** 120 });
    fc.assert(
      fc.property(blocks, (values) => {
        const restored = dequantizeBlocks(quantizeBlocks(values, 2, 32, bits), 2, 32, bits);
        for (const start of [0, 32]) {
          const largest = Math.max(...values.slice(start, start + 32).map(Math.abs));
          for (let i = start; i < start + 32; i++) {
            // 2^-149 is the smallest float32: below it a scale cannot be finer.
            expect(Math.abs(values[i]! - restored[i]!)).toBeLessThanOrEqual(
              (largest * 1.5) / 2 ** (bits - 1) + 2 ** -141,
            );
          }
        }
      }),
    );
  });

  test.each([4, 8] as const)("int%i: quantizing restored values again changes nothing", (bits) => {
    const once = dequantizeBlocks(quantizeBlocks(normals(320), 5, 64, bits), 5, 64, bits);
    const twice = dequantizeBlocks(quantizeBlocks(once, 5, 64, bits), 5, 64, bits);
    expect(Math.sqrt(squaredError(once, twice) / once.length)).toBeLessThan(1e-6);
  });

  test("refuses columns that are no multiple of 32, and a size that disagrees", () => {
    expect(() => quantizeBlocks(new Float32Array(40), 1, 40, 4)).toThrow("internal:");
    expect(() => quantizeBlocks(new Float32Array(64), 1, 32, 4)).toThrow("internal:");
    expect(() => dequantizeBlocks(quantizeBlocks(new Float32Array(64), 2, 32, 4), 2, 32, 8)).toThrow("internal:");
  });

  test("a base of 6 million parameters takes well under 3 s", () => {
    const values = normals(6_000_000, 0.02);
    const start = performance.now();
    quantizeBlocks(values, values.length / 64, 64, 4);
    expect(performance.now() - start).toBeLessThan(3000);
  });
});
