import { describe, expect, test } from "vitest";
import { packStep } from "../../../extension/core/dataset/batches.ts";
import type { Sequence } from "../../../extension/core/dataset/sequence.ts";
import { chooseBatchShape } from "../../../extension/core/training/batchShape.ts";

const sequences = (lengths: readonly number[]): Sequence[] =>
  lengths.map((length) => ({ ids: Array(length).fill(1), firstTarget: 1 }));
const options = { batchSize: 8, hiddenSize: 256, maxTokens: 1024 };

describe("chooseBatchShape", () => {
  test.each<[string, number[]]>([
    ["short pairs", Array.from({ length: 160 }, (_, i) => 20 + ((i * 37) % 60))],
    ["pieces of one length", Array(64).fill(256)],
    ["one long among short", [...Array(79).fill(30), 500]],
    ["a single sequence", [12]],
  ])("%s: all fit, within the limit, mostly tokens and little padding", (_, lengths) => {
    const training = sequences(lengths);
    const shape = chooseBatchShape(training, [], options);
    expect(shape.rows * shape.length).toBeLessThanOrEqual(1024);
    let cells = 0;
    for (let start = 0; start < training.length; start += 8) {
      cells += packStep(training.slice(start, start + 8), shape).length * shape.rows * shape.length;
    }
    const tokens = lengths.reduce((sum, length) => sum + length, 0);
    if (lengths.length > 1 && Math.max(...lengths) < 500) expect(tokens / cells).toBeGreaterThan(0.6);
  });

  test("leaves room for the longest sequence of the validation, and lets one longer than the limit through", () => {
    expect(chooseBatchShape(sequences([10]), sequences([70]), options).length).toBeGreaterThanOrEqual(70);
    expect(chooseBatchShape(sequences([2000]), [], options)).toEqual({ rows: 1, length: 2000 });
  });

  test("has room for both sides of what an encoder reads and a decoder writes, within the limit together", () => {
    const pairs = Array.from({ length: 80 }, (_, i): Sequence => {
      const [read, written] = [30 + ((i * 37) % 60), 5 + ((i * 13) % 20)];
      const [sequence] = sequences([written]);
      return { ...sequence!, encoderIds: Array(read).fill(1) };
    });
    const { rows, length, encoderLength = 0 } = chooseBatchShape(pairs, [], options);
    expect(length).toBeGreaterThanOrEqual(24);
    expect(encoderLength).toBeGreaterThanOrEqual(89);
    expect(rows * (length + encoderLength)).toBeLessThanOrEqual(1024);
    expect(rows * (length + encoderLength)).toBeGreaterThan(400);
  });
});
