/** Texts that share one cache, against each text read alone. */

import { describe, expect, test } from "vitest";
import { openDecoder } from "../../../../extension/core/inference/tree/decoder.ts";
import { openTokenTree } from "../../../../extension/core/inference/tree/openTokenTree.ts";
import type { TokenTree } from "../../../../extension/core/inference/tree/tokenTree.ts";
import { relativeError } from "../../graph/evaluate.ts";
import { loadFixture } from "../../architectures/fixtures.ts";

const models = ["llama", "codegen", "t5"];

/** Logits [rows, vocabulary] row by row. */
function rowsOf({ vocabularySize }: TokenTree, logits: Float32Array): readonly Float32Array[] {
  return Array.from({ length: logits.length / vocabularySize }, (_, i) =>
    logits.subarray(i * vocabularySize, (i + 1) * vocabularySize),
  );
}

describe.each(models)("a token tree (%s)", async (model) => {
  const { base } = await loadFixture(model);
  const alone = await openDecoder(base);
  /** Returns the logits after `prompt` and `written`. */
  const expected = async (prompt: readonly number[], written: readonly number[]): Promise<Float32Array> => {
    const logits = await alone.begin(prompt);
    return written.length > 0 ? await alone.extend(written) : logits;
  };

  test("reads texts that fork, end and begin as if each were alone", async () => {
    const tree = await openTokenTree(base);
    const prompts = [[10, 20, 30, 40], [10, 20, 50], [60], [10, 20, 30, 40]];
    const added = [];
    for (const prompt of prompts) added.push(await tree.addPrompt(prompt));
    let reading = await tree.read(added);
    let alive = prompts.map((prompt) => ({ prompt, written: [] as readonly number[] }));
    // Which text continues, and with which token: forks, ends, and enough continuations that the cache is rebuilt.
    const steps = [
      [
        [0, 5],
        [0, 6],
        [1, 7],
        [2, 8],
        [3, 5],
      ],
      [
        [1, 9],
        [1, 9],
        [2, 4],
        [4, 3],
      ],
      [
        [3, 11],
        [0, 12],
        [0, 13],
      ],
      [[2, 14]],
      [
        [0, 15],
        [0, 16],
      ],
      [
        [1, 17],
        [0, 18],
      ],
    ] as const;
    for (const step of steps) {
      reading = await tree.read(step.map(([parent, id]) => ({ parent: reading.leaves[parent]!, ids: [id] })));
      alive = step.map(([parent, id]) => {
        const { prompt, written } = alive[parent]!;
        return { prompt, written: [...written, id] };
      });
      for (const [i, row] of rowsOf(tree, reading.logits).entries()) {
        const { prompt, written } = alive[i]!;
        expect(relativeError(row, await expected(prompt, written))).toBeLessThan(1e-5);
      }
    }
    await tree.release();
  });

  test("takes up another text behind what is still there", async () => {
    const tree = await openTokenTree(base);
    const first = await tree.read([await tree.addPrompt([1, 2, 3])]);
    const spans = [{ parent: first.leaves[0]!, ids: [4, 5] }, await tree.addPrompt([1, 2, 6, 7])];
    const [a, b] = rowsOf(tree, (await tree.read(spans)).logits);
    expect(relativeError(a!, await expected([1, 2, 3], [4, 5]))).toBeLessThan(1e-5);
    expect(relativeError(b!, await expected([1, 2, 6, 7], []))).toBeLessThan(1e-5);
    await tree.release();
  });

  test("does not go on from what it has forgotten", async () => {
    const tree = await openTokenTree(base);
    const { leaves } = await tree.read([{ ...(await tree.addPrompt([1])), ids: [2, 3, 4] }]);
    await tree.read([await tree.addPrompt([7, 8])]);
    const reading = tree.read([{ parent: leaves[0]!, ids: [5] }]);
    await expect(reading).rejects.toThrow("cannot continue a node that the cache has dropped");
    await tree.release();
  });

  test("finds the most probable tokens of each row", async () => {
    const tree = await openTokenTree(base);
    const added = [await tree.addPrompt([1, 2]), await tree.addPrompt([3])];
    const { logits } = await tree.read(added);
    const likely = await tree.topLogProbabilities(logits, 3);
    for (const [i, row] of rowsOf(tree, logits).entries()) {
      const total = row.reduce((sum, logit) => sum + Math.exp(logit), 0);
      const order = [...row.keys()].sort((x, y) => row[y]! - row[x]!).slice(0, 3);
      expect(likely[i]!.tokens).toEqual(order);
      for (const [j, token] of order.entries()) {
        expect(likely[i]!.logProbabilities[j]).toBeCloseTo(row[token]! - Math.log(total), 5);
      }
    }
    expect((await tree.topLogProbabilities(logits, 1000))[0]!.tokens).toHaveLength(tree.vocabularySize);
    await tree.release();
  });
});

describe("a token tree", () => {
  test("reads once what several texts begin with, at once and later", async () => {
    const tree = await openTokenTree((await loadFixture("llama")).base);
    const addPrompts = async (...prompts: readonly (readonly number[])[]) => {
      const spans = await Promise.all(prompts.map((prompt) => tree.addPrompt(prompt)));
      return (await tree.read(spans)).leaves.map(({ entry }) => entry);
    };
    expect(await addPrompts([1, 2, 3, 4], [1, 2, 3, 5, 6])).toEqual([3, 5]);
    // Token 4, which no text continues, has made room.
    expect(await addPrompts([1, 2, 3, 5, 6, 7], [1, 2, 3, 5, 8])).toEqual([5, 6]);
    await tree.release();
  });
});
