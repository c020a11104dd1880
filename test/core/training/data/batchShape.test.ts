import { describe, expect, test } from "vitest";
import { packStep } from "../../../../extension/core/dataset/batches.ts";
import type { Sequence } from "../../../../extension/core/dataset/sequence.ts";
import { chooseBatchShape, paddingOf } from "../../../../extension/core/training/data/batchShape.ts";

const sequences = (lengths: readonly number[]): Sequence[] =>
  lengths.map((length) => ({ ids: Array(length).fill(1), firstTarget: 1 }));
const options = { hiddenSize: 256, maxTokens: 1024 };
/** Steps of eight. */
const stepsOf = (all: readonly Sequence[]): Sequence[][] =>
  Array.from({ length: Math.ceil(all.length / 8) }, (_, i) => all.slice(8 * i, 8 * i + 8));
const longestOf = (all: readonly Sequence[]) => ({
  own: Math.max(...all.map(({ ids }) => ids.length)),
  read: Math.max(...all.map(({ encoderIds }) => encoderIds?.length ?? 0)),
});

describe("chooseBatchShape", () => {
  test.each<[string, number[], number]>([
    ["short pairs", Array.from({ length: 160 }, (_, i) => 20 + ((i * 37) % 60)), 0.15],
    ["pieces of one length", Array(64).fill(256), 0],
    ["one long among short", [...Array(79).fill(30), 500], 0.6],
    ["a single sequence", [12], 0.25],
  ])("%s: all fit within the limit, with little padding, and its share is reported", (_, lengths, most) => {
    const all = sequences(lengths);
    const shape = chooseBatchShape(stepsOf(all), { ...options, longest: longestOf(all) });
    const padding = paddingOf(stepsOf(all), shape);
    expect(shape.rows * shape.length).toBeLessThanOrEqual(1024);
    const batches = stepsOf(all).flatMap((step) => packStep(step, shape));
    const cells = batches.flatMap(({ segments }) => [...segments]);
    expect(padding).toBeCloseTo(cells.filter((segment) => segment === 0).length / cells.length, 10);
    expect(padding).toBeLessThanOrEqual(most);
  });

  test("leaves room for the longest sequence, and lets one longer than the limit through", () => {
    const chosen = (length: number, own: number) =>
      chooseBatchShape([sequences([length])], { ...options, longest: { own, read: 0 } });
    expect(chosen(10, 70).length).toBeGreaterThanOrEqual(70);
    expect(chosen(2000, 2000)).toEqual({ rows: 1, length: 2000 });
  });

  test("has room for encoder and decoder tokens, together within the limit", () => {
    const pairs = Array.from({ length: 80 }, (_, i): Sequence => {
      const [read, written] = [30 + ((i * 37) % 60), 5 + ((i * 13) % 20)];
      const [sequence] = sequences([written]);
      return { ...sequence!, encoderIds: Array(read).fill(1) };
    });
    const shape = chooseBatchShape(stepsOf(pairs), { ...options, longest: longestOf(pairs) });
    const { rows, length, encoderLength = 0 } = shape;
    expect(length).toBeGreaterThanOrEqual(24);
    expect(encoderLength).toBeGreaterThanOrEqual(89);
    expect(rows * (length + encoderLength)).toBeLessThanOrEqual(1024);
    expect(paddingOf(stepsOf(pairs), shape)).toBeLessThan(0.3);
  });
});
