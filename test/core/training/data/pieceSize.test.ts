import { describe, expect, test } from "vitest";
import { say } from "../../../../extension/core/foundation/words/said.ts";
import type { Dataset, Example, Problem } from "../../../../extension/core/dataset/example.ts";
import { toSequences } from "../../../../extension/core/dataset/sequence.ts";
import { pieceSizeFor } from "../../../../extension/core/training/data/pieceSize.ts";
import { characters } from "../../completion/fakes.ts";

let read = 0;
const dataset = (kind: Dataset["kind"], entries: readonly (Example | Problem)[]): Dataset => ({
  name: "mine",
  kind,
  examples: async function* () {
    for (const entry of entries) {
      read++;
      yield entry;
    }
  },
});
const text = (length: number): Example => ({ kind: "text", text: "x".repeat(length) });
/** Every token is `width` characters. */
const sized = (sources: readonly Dataset[], width: number): Promise<number> => {
  const tokenizer = { ...characters, encode: (all: string) => Array<number>(Math.ceil(all.length / width)).fill(7) };
  return pieceSizeFor(sources, (example) => toSequences(example, tokenizer, 256), 256);
};

describe("pieceSizeFor", () => {
  test.each([2, 3.5, 5])(
    "makes pieces a little shorter than a sequence, with %d characters per token",
    async (width) => {
      const tokens = (await sized([dataset("source", [text(8000)])], width)) / width;
      expect(tokens).toBeGreaterThan(0.83 * 256);
      expect(tokens).toBeLessThan(0.9 * 256);
    },
  );

  test("reads only as much data as the estimate needs", async () => {
    read = 0;
    const many = Array.from({ length: 1000 }, () => text(15_000));
    await sized([dataset("source", [{ where: "a.py", message: say`odd` }, ...many]), dataset("source", many)], 3);
    expect(read).toBe(5);
  });

  test("uses the default without source code", async () => {
    expect(await sized([dataset("rows", [text(9000)])], 9)).toBe(await sized([], 1));
  });
});
