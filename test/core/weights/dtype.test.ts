import { expect, test } from "vitest";
import { narrowToFloat16, widen } from "../../../extension/core/weights/dtype.ts";

/** Every finite float16, ascending, from 0 on; a number's index is its bits. */
const halves = Uint16Array.from({ length: 0x7c00 }, (_, i) => i);
const numbers = widen("F16", new Uint8Array(halves.buffer), "all halves");

test("narrowToFloat16 keeps every float16, of either sign", () => {
  expect(narrowToFloat16(numbers)).toEqual(halves);
  expect(narrowToFloat16(numbers.map((x) => -x))).toEqual(halves.map((bits) => bits | 0x8000));
});

test("narrowToFloat16 rounds to the nearest, and from the middle to the even one", () => {
  // Middles of neighbours are exact in float32, and so is what lies a little beside them.
  const middles = numbers.slice(1).map((x, i) => (x + numbers[i]!) / 2);
  const near = (factor: number) => narrowToFloat16(middles.map((x) => x * factor));
  expect(narrowToFloat16(middles)).toEqual(halves.slice(1).map((upper) => (upper % 2 === 0 ? upper : upper - 1)));
  expect(near(1 + 2 ** -20)).toEqual(halves.slice(1));
  expect(near(1 - 2 ** -20)).toEqual(halves.slice(0, -1));
});
