import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../../extension/core/foundation/random.ts";
import { greedy, logProbability, sample } from "../../../../extension/core/inference/decoding/sampling.ts";

const logits = (...values: number[]): Float32Array => Float32Array.from(values);

/** How often each token is drawn, as parts of 1. */
function frequencies(values: Float32Array, options: { temperature: number; topP: number }): number[] {
  const random = seededRandom(5);
  const counts = new Array<number>(values.length).fill(0);
  const draws = 20_000;
  for (let i = 0; i < draws; i++) counts[sample(values, options, random)]!++;
  return counts.map((count) => count / draws);
}

describe("greedy", () => {
  test.each<[number[], number]>([
    [[1, 3, 2], 1],
    [[-5, -4, -6], 1],
    [[2, 2], 0],
    [[NaN, 1], 1],
    [[-Infinity, -1e38], 1],
  ])("%o: %i", (values, token) => expect(greedy(logits(...values))).toBe(token));

  test("refuses logits without a number", () => {
    expect(() => greedy(logits(NaN, -Infinity))).toThrow(/internal/);
  });
});

describe("logProbability", () => {
  test("is the logarithm of the softmax", () => {
    const values = logits(0.5, -1, 2);
    const sum = [...values].reduce((total, x) => total + Math.exp(x), 0);
    for (const [i, x] of values.entries()) expect(logProbability(values, i)).toBeCloseTo(x - Math.log(sum), 6);
  });

  test("neither overflows nor loses the small", () => {
    expect(logProbability(logits(1e5, 0), 0)).toBe(0);
    expect(logProbability(logits(1e5, 0), 1)).toBeCloseTo(-1e5);
    expect(logProbability(logits(7, 7, 7, 7), 2)).toBeCloseTo(Math.log(0.25), 6);
  });
});

describe("sample", () => {
  test("draws as often as the softmax says", () => {
    const [a, b, c] = frequencies(logits(Math.log(6), Math.log(3), Math.log(1)), { temperature: 1, topP: 1 });
    expect(a).toBeCloseTo(0.6, 1);
    expect(b).toBeCloseTo(0.3, 1);
    expect(c).toBeCloseTo(0.1, 1);
  });

  test("a low temperature sharpens, a high one flattens", () => {
    const values = logits(Math.log(0.6), Math.log(0.4));
    expect(frequencies(values, { temperature: 0.1, topP: 1 })[0]).toBeGreaterThan(0.97);
    expect(frequencies(values, { temperature: 10, topP: 1 })[0]).toBeCloseTo(0.51, 1);
  });

  test("top-p keeps the token that crosses the line and drops those behind", () => {
    const values = logits(Math.log(0.5), Math.log(0.3), Math.log(0.2));
    expect(frequencies(values, { temperature: 1, topP: 0.4 })).toEqual([1, 0, 0]);
    const [a, b, c] = frequencies(values, { temperature: 1, topP: 0.7 });
    expect([a, b]).toEqual([expect.closeTo(0.625, 1), expect.closeTo(0.375, 1)]);
    expect(c).toBe(0);
  });

  test("the same seed draws the same", () => {
    const values = Float32Array.from({ length: 50 }, (_, i) => Math.sin(i));
    const draw = (): number[] => {
      const random = seededRandom(9);
      return Array.from({ length: 20 }, () => sample(values, { temperature: 1, topP: 0.95 }, random));
    };
    expect(draw()).toEqual(draw());
  });
});
