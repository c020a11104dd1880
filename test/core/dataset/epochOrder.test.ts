import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../extension/core/foundation/random.ts";
import { epochOrder } from "../../../extension/core/dataset/epochOrder.ts";
import { tokenCount, type Sequence } from "../../../extension/core/dataset/sequence.ts";

/** Lengths of 2 to 41 tokens; the first id is the sequence's number. */
function numbered(count: number): Sequence[] {
  const random = seededRandom(5);
  return Array.from({ length: count }, (_, number) => ({
    ids: [number, ...Array<number>(1 + random.integer(40)).fill(0)],
    firstTarget: 1,
  }));
}

const numbers = (sequences: readonly Sequence[]): number[] => sequences.map(({ ids }) => ids[0]!);

describe("epochOrder", () => {
  test("returns every sequence once per epoch, in a new order each time, with a full batch per step", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 700 }), fc.integer({ min: 1, max: 9 }), (count, batchSize) => {
        const order = epochOrder(numbered(count), { batchSize, seed: 1, shuffle: true });
        expect(order.stepsPerEpoch).toBe(Math.ceil(count / batchSize));
        for (const epoch of [0, 1]) {
          const first = epoch * order.stepsPerEpoch;
          const steps = Array.from({ length: order.stepsPerEpoch }, (_, i) => numbers(order.sequencesOf(first + i)));
          const sizes = steps.map(({ length }) => length);
          expect(sizes).toEqual(sizes.map((_, i) => Math.min(batchSize, count - i * batchSize)));
          expect(steps.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
        }
      }),
      { numRuns: 30 },
    );
  });

  test("reads another variant of each example in every epoch, and the first again in the end", () => {
    const variants = Array.from({ length: 5 * 3 }, (_, i) => ({ ids: [Math.floor(i / 3), i % 3], firstTarget: 1 }));
    const sequences = { length: variants.length, drawings: 3, at: (index: number) => variants[index] };
    for (const shuffle of [true, false]) {
      const order = epochOrder(sequences, { batchSize: 2, seed: 1, shuffle });
      expect(order.stepsPerEpoch).toBe(3);
      for (const epoch of [0, 1, 2, 3]) {
        const read = [0, 1, 2].flatMap((step) => order.sequencesOf(3 * epoch + step)).map(({ ids }) => ids);
        expect(read.map(([example]) => example!).sort()).toEqual([0, 1, 2, 3, 4]);
        expect(read.map(([, variant]) => variant)).toEqual(Array(5).fill(epoch % 3));
      }
    }
  });

  test("keeps the given order without shuffling", () => {
    const { sequencesOf } = epochOrder(numbered(7), { batchSize: 3, seed: 1, shuffle: false });
    expect([0, 1, 2, 3].map((step) => numbers(sequencesOf(step)))).toEqual([[0, 1, 2], [3, 4, 5], [6], [0, 1, 2]]);
  });

  test("returns the same sequences for a step in any order of requests", () => {
    const options = { batchSize: 4, seed: 9, shuffle: true };
    const forward = epochOrder(numbered(1000), options);
    const steps = Array.from({ length: 600 }, (_, step) => numbers(forward.sequencesOf(step)));
    const backward = epochOrder(numbered(1000), options);
    for (let step = 599; step >= 0; step--) expect(numbers(backward.sequencesOf(step))).toEqual(steps[step]);
  });

  test("distributes long and short sequences, so that steps have about the same number of tokens", () => {
    const sequences = numbered(1024);
    const { sequencesOf, stepsPerEpoch } = epochOrder(sequences, { batchSize: 8, seed: 2, shuffle: true });
    const tokens = Array.from({ length: stepsPerEpoch }, (_, step) =>
      sequencesOf(step).reduce((sum, sequence) => sum + tokenCount(sequence), 0),
    );
    const mean = tokens.reduce((sum, count) => sum + count, 0) / tokens.length;
    // Eight random ones would have a standard deviation of 19 %.
    const deviation = Math.sqrt(tokens.reduce((sum, count) => sum + (count - mean) ** 2, 0) / tokens.length);
    expect(deviation / mean).toBeLessThan(0.08);
  });
});
