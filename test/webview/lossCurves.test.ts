import { beforeAll, describe, expect, test, vi } from "vitest";
import type * as Words from "../../webview/training/curves/curvesInWords.ts";

let words: typeof Words;
beforeAll(async () => {
  vi.stubGlobal("document", { getElementById: () => null });
  words = await import("../../webview/training/curves/curvesInWords.ts");
});

const points = (...losses: readonly number[]) => losses.map((loss, i) => ({ step: 10 * i, loss }));

describe("curvesInWords", () => {
  test("has both ends of both curves, and the lowest validation loss with its step", () => {
    const curves = { training: points(3, 2.5, 1).slice(1), validation: points(2.8, 2.2, 2.4) };
    expect(words.curvesInWords(curves)).toBe(
      "Training loss from 2.50 to 1.00 after 20 steps. Validation loss from 2.80 to 2.40, lowest 2.20 at step 10.",
    );
  });

  test("says nothing of a validation that there is not, and nothing without a step", () => {
    expect(words.curvesInWords({ training: points(3, 1), validation: [] })).toBe(
      "Training loss from 3.00 to 1.00 after 10 steps.",
    );
    expect(words.curvesInWords({ training: [], validation: [] })).toBe("");
  });
});

describe("lossRows", () => {
  test("has a row for each validation, with the nearest training loss", () => {
    const training = [
      { step: 1, loss: 3 },
      { step: 9, loss: 2 },
      { step: 19, loss: 1 },
    ];
    expect(words.lossRows({ training, validation: points(2.8, 2.2, 2.4) })).toEqual([
      { step: 0, training: undefined, validation: 2.8 },
      { step: 10, training: 2, validation: 2.2 },
      { step: 20, training: 1, validation: 2.4 },
    ]);
  });

  test("keeps the rows that it has while the curve grows", () => {
    const training = points(...Array.from({ length: 120 }, (_, i) => 121 - i));
    const rows = words.lossRows({ training, validation: [] });
    expect(rows).toHaveLength(120);
    expect(rows.at(-1)).toEqual({ step: 1190, training: 2, validation: undefined });
    for (const length of [1, 20, 21, 60])
      expect(words.lossRows({ training: training.slice(0, length), validation: [] })).toEqual(rows.slice(0, length));
  });
});

test("finite leaves out what cannot be drawn", () => {
  expect(words.finite(points(1, Number.NaN, Infinity, 2))).toEqual([
    { step: 0, loss: 1 },
    { step: 30, loss: 2 },
  ]);
});
