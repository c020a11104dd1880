import { expect, test } from "vitest";
import { previewText } from "../../extension/cli/results/previewText.ts";

test("a preview tells counts, cost, what is left out, and marks what is learned", () => {
  const text = previewText({
    steps: 60,
    epochs: 30,
    raised: true,
    problems: { count: 0 },
    parts: [
      { name: "shop", examples: 7, tokens: 2460, skipped: [{ path: "broken.py", reason: "unparsable" }] },
      { name: "conala", examples: 2135, tokens: 90_000, skipped: [] },
    ],
    sequences: 12,
    heldOut: 3,
    cost: { parameterBytes: 3e6, memoryBytes: 500e6, seconds: 61 },
    examples: [
      [
        { text: "<|fim_suffix|>\n    return x\n<|fim_middle|>def f(", learned: false },
        { text: "x):\n    x += 1", learned: true },
      ],
    ],
  });
  expect(text.split("\n")).toEqual([
    "shop: 7 examples, 2.46 k tokens",
    "conala: 2135 examples, 90 k tokens",
    "12 sequences to train on in 60 steps, 3 held out",
    "It needs about 0.5 GB of memory, and 61 s for the steps.",
    "left out: broken.py (not valid Python)",
    "",
    "example 1 of 1; what the model learns to write is marked with |",
    "  <|fim_suffix|>",
    "      return x",
    "| <|fim_middle|>def f(x):",
    "|     x += 1",
  ]);
});

test("one of each is no plural", () => {
  const text = previewText({
    steps: 1,
    epochs: 1,
    raised: false,
    problems: { count: 0 },
    parts: [{ name: "shop", examples: 1, tokens: 1, skipped: [] }],
    sequences: 1,
    heldOut: 0,
    cost: { parameterBytes: 3e6, memoryBytes: 500e6, seconds: 61 },
    examples: [],
  });
  expect(text.split("\n").slice(0, 2)).toEqual([
    "shop: 1 example, 1 token",
    "1 sequence to train on in 1 step, 0 held out",
  ]);
});
