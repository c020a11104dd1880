import { describe, expect, test } from "vitest";
import { randomFrom, seededRandom } from "../../../extension/core/foundation/random.ts";

describe("seededRandom", () => {
  test("repeats for one seed, and differs by seed and by stream", () => {
    const draw = (seed: number, stream?: string): number[] => {
      const random = seededRandom(seed, stream);
      return Array.from({ length: 8 }, () => random.next());
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(draw(1, "a")).not.toEqual(draw(1, "b"));
  });

  test("is uniform in [0, 1): mean 1/2, variance 1/12, every tenth of the range alike", () => {
    const random = seededRandom(42);
    const values = Array.from({ length: 100_000 }, () => random.next());
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
    expect(mean).toBeCloseTo(0.5, 2);
    expect(variance).toBeCloseTo(1 / 12, 2);
    const tenths = Array.from({ length: 10 }, (_, i) => values.filter((x) => Math.floor(x * 10) === i).length);
    for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  test("normal has mean 0 and variance 1", () => {
    const random = seededRandom(42);
    const values = Array.from({ length: 100_000 }, () => random.normal());
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(values.reduce((sum, x) => sum + x * x, 0) / values.length).toBeCloseTo(1, 1);
  });

  test("shuffled keeps every item, changes the order, and leaves the input alone", () => {
    const items = Array.from({ length: 50 }, (_, i) => i);
    const shuffled = seededRandom(3).shuffled(items);
    expect(shuffled).not.toEqual(items);
    expect(shuffled.toSorted((a, b) => a - b)).toEqual(items);
    expect(items[7]).toBe(7);
  });
});

describe("randomFrom", () => {
  test("continues where a state was taken, also after JSON", () => {
    const random = seededRandom(9);
    for (let i = 0; i < 100; i++) random.next();
    const state = JSON.parse(JSON.stringify(random.state())) as ReturnType<typeof random.state>;
    const expected = Array.from({ length: 5 }, () => random.integer(1000));
    const resumed = randomFrom(state);
    expect(Array.from({ length: 5 }, () => resumed.integer(1000))).toEqual(expected);
  });
});
