import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { permutation } from "../../../../extension/core/foundation/numbers/permutation.ts";
import { seededRandom } from "../../../../extension/core/foundation/random.ts";

const orderOf = (size: number, seed: number): number[] =>
  Array.from({ length: size }, (_, i) => i).map(permutation(size, seededRandom(seed)));

describe("permutation", () => {
  test("has every index once, whatever the size", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.integer(), (size, seed) => {
        expect(orderOf(size, seed).sort((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, i) => i));
      }),
    );
  });

  test("is the same for a seed, and another for another", () => {
    expect(orderOf(100, 1)).toEqual(orderOf(100, 1));
    expect(orderOf(100, 1)).not.toEqual(orderOf(100, 2));
  });

  test("sends every index everywhere about equally often", () => {
    const [size, seeds] = [10, 4000];
    const counts = Array.from({ length: size }, () => new Array<number>(size).fill(0));
    for (let seed = 0; seed < seeds; seed++) {
      for (const [from, to] of orderOf(size, seed).entries()) counts[from]![to]!++;
    }
    // 400 expected in each of the 100 cells, with a standard deviation of 19.
    for (const count of counts.flat()) expect(Math.abs(count - seeds / size)).toBeLessThan(5 * 19);
  });

  test("leaves no neighbours together, and no order within", () => {
    const order = orderOf(10_000, 3);
    const pairs = order.slice(1).map((to, i) => [order[i]!, to] as const);
    expect(pairs.filter(([a, b]) => Math.abs(a - b) === 1).length).toBeLessThan(12); // 2 expected
    const rising = pairs.filter(([a, b]) => b > a).length;
    expect(Math.abs(rising - 5000)).toBeLessThan(5 * 29); // standard deviation √(n / 12)
  });

  test("stays in range at the largest size", () => {
    const place = permutation(2 ** 32, seededRandom(1));
    for (const index of [0, 1, 2 ** 31, 2 ** 32 - 1]) {
      expect(place(index)).toBeGreaterThanOrEqual(0);
      expect(place(index)).toBeLessThan(2 ** 32);
      expect(Number.isInteger(place(index))).toBe(true);
    }
  });
});
