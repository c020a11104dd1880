/** The tokens of several texts, each in its own cache. */

import { expect, test } from "vitest";
import { descend } from "../../../../extension/core/inference/tree/tokenNode.ts";
import { openTokenTree } from "../../../../extension/core/inference/tree/openTokenTree.ts";
import { loadFixture } from "../../architectures/fixtures.ts";
import { relativeError } from "../../graph/evaluate.ts";

const texts = { a: [10, 20, 30, 40, 50], b: [60, 61, 62], c: [70, 71, 72, 73], d: [5, 6, 7] };

test("a tree keeps the tokens of the last three texts, and gives what one text alone gives", async () => {
  const { base } = await loadFixture("llama");
  const tree = await openTokenTree(base);
  /** Reads a text in its own cache; returns how many of its tokens were known, and the logits. */
  const read = async (name: keyof typeof texts): Promise<{ known: number; logits: Float32Array }> => {
    tree.switchTo!(name);
    const span = await tree.addPrompt(texts[name]);
    const known = descend(span.parent, span.ids).position - span.parent.position;
    return { known, logits: (await tree.read([span])).logits };
  };
  const alone = new Map<string, Float32Array>();
  for (const name of ["a", "b", "c", "d"] as const) {
    const fresh = await openTokenTree(base);
    alone.set(name, (await fresh.read([await fresh.addPrompt(texts[name])])).logits);
    await fresh.release();
  }
  const steps = [
    ["a", 0],
    ["b", 0],
    ["a", 5],
    ["c", 0],
    ["a", 5],
    ["b", 3],
    ["c", 4],
    // A fourth text takes the place of the least recently used one.
    ["d", 0],
    ["c", 4],
    ["a", 0],
  ] as const;
  for (const [name, expected] of steps) {
    const { known, logits } = await read(name);
    expect([name, known]).toEqual([name, expected]);
    expect(relativeError(logits, alone.get(name)!)).toBeLessThan(1e-5);
  }
  tree.useAdapters([]);
  expect((await read("c")).known).toBe(0);
  await tree.release();
});
