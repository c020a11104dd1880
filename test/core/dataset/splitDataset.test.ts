import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../extension/core/base/random.ts";
import type { Dataset } from "../../../extension/core/dataset/example.ts";
import { joinDatasets, splitDataset } from "../../../extension/core/dataset/splitDataset.ts";

const dataset = (size: number): Dataset => ({
  name: "numbers",
  examples: Array.from({ length: size }, (_, i) => ({ kind: "text", text: `x = ${i}` })),
  problems: [{ where: "numbers:1", message: "Odd." }],
});

describe("splitDataset", () => {
  test("parts the examples without loss or overlap, each part in its old order", () => {
    const whole = dataset(50);
    const { training, validation } = splitDataset(whole, 0.2, seededRandom(1));
    expect(validation.examples).toHaveLength(10);
    const order = (part: Dataset) => part.examples.map((example) => whole.examples.indexOf(example));
    expect(order(training)).toEqual([...order(training)].sort((a, b) => a - b));
    expect(order(validation)).toEqual([...order(validation)].sort((a, b) => a - b));
    expect(new Set([...order(training), ...order(validation)]).size).toBe(50);
  });

  test("gives the same parts for a seed, and others for another", () => {
    const part = (seed: number) => splitDataset(dataset(50), 0.2, seededRandom(seed)).validation.examples;
    expect(part(1)).toEqual(part(1));
    expect(part(1)).not.toEqual(part(2));
  });

  test("sets at least one aside, and refuses to leave none for training", () => {
    expect(splitDataset(dataset(3), 0.01, seededRandom(1)).validation.examples).toHaveLength(1);
    expect(() => splitDataset(dataset(1), 0.1, seededRandom(1))).toThrow(
      expect.objectContaining({ code: "data-too-small" }),
    );
    expect(() => splitDataset(dataset(4), 0.9, seededRandom(1))).toThrow(
      expect.objectContaining({ code: "data-too-small" }),
    );
  });
});

test("joinDatasets puts examples and problems one after another", () => {
  const joined = joinDatasets([dataset(2), dataset(1)]);
  expect(joined.name).toBe("numbers + numbers");
  expect(joined.examples).toHaveLength(3);
  expect(joined.problems).toHaveLength(2);
});
