import { expect, test } from "vitest";
import { narrow, narrowToFloat16, widen } from "../../../extension/core/weights/dtype.ts";

/** Every finite float16, ascending, from 0 on; a number's index is its bits. */
const halves = Uint16Array.from({ length: 0x7c00 }, (_, i) => i);
const numbers = widen("F16", new Uint8Array(halves.buffer), "all halves");

test("narrowToFloat16 keeps every float16, of either sign", () => {
  expect(narrowToFloat16(numbers)).toEqual(halves);
  expect(narrowToFloat16(numbers.map((x) => -x))).toEqual(halves.map((bits) => bits | 0x8000));
});

test("narrowToFloat16 rounds to the nearest, and from the middle to the even one", () => {
  // Middles of neighbours are exact in float32, and so are the values slightly next to them.
  const middles = numbers.slice(1).map((x, i) => (x + numbers[i]!) / 2);
  const near = (factor: number) => narrowToFloat16(middles.map((x) => x * factor));
  expect(narrowToFloat16(middles)).toEqual(halves.slice(1).map((upper) => (upper % 2 === 0 ? upper : upper - 1)));
  expect(near(1 + 2 ** -20)).toEqual(halves.slice(1));
  expect(near(1 - 2 ** -20)).toEqual(halves.slice(0, -1));
});

test("narrow rounds to the nearest bfloat16, and from the middle to the even one", () => {
  // Upper halves of float32 around 1: steps of 2^-7.
  const [one, next, third] = [0x3f80, 0x3f81, 0x3f82];
  const values = [1, 1 + 2 ** -8, 1 + 1.01 * 2 ** -8, 1 + 2 ** -7, 1 + 3 * 2 ** -8, 1 + 2.99 * 2 ** -8];
  const found = new Uint16Array(narrow("BF16", Float32Array.from(values), "values").buffer);
  expect([...found]).toEqual([one, one, next, next, third, next]);
  expect(new Uint16Array(narrow("BF16", Float32Array.of(-1), "values").buffer)[0]).toBe(0xbf80);
});

test("narrow refuses what it could not read again", () => {
  expect(() => narrow("I32", new Float32Array(1), "values")).toThrow(
    expect.objectContaining({ code: "dtype-unsupported" }),
  );
});
