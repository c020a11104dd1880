/** Texts side by side in one cache, against each read alone. */

import { describe, expect, test } from "vitest";
import { openDecoder } from "../../../../extension/core/inference/tree/decoder.ts";
import type { TokenForest } from "../../../../extension/core/inference/tree/forest.ts";
import { openForest } from "../../../../extension/core/inference/tree/openForest.ts";
import { relativeError } from "../../graph/evaluate.ts";
import { loadFixture } from "../../architectures/fixtures.ts";

const models = ["llama", "codegen", "t5"];

/** Logits [rows, vocabulary] row by row. */
function rowsOf({ vocabularySize }: TokenForest, logits: Float32Array): readonly Float32Array[] {
  return Array.from({ length: logits.length / vocabularySize }, (_, i) =>
    logits.subarray(i * vocabularySize, (i + 1) * vocabularySize),
  );
}

describe.each(models)("a forest (%s)", async (model) => {
  const { base } = await loadFixture(model);
  const alone = await openDecoder(base);
  /** What follows `written` behind `prompt`. */
  const expected = async (prompt: readonly number[], written: readonly number[]): Promise<Float32Array> => {
    const logits = await alone.begin(prompt);
    return written.length > 0 ? await alone.extend(written) : logits;
  };

  test("reads texts that fork, end and begin as if each were alone", async () => {
    const forest = await openForest(base);
    const prompts = [[10, 20, 30, 40], [10, 20, 50], [60], [10, 20, 30, 40]];
    const planted = [];
    for (const prompt of prompts) planted.push(await forest.plant(prompt));
    let reading = await forest.read(planted);
    let alive = prompts.map((prompt) => ({ prompt, written: [] as readonly number[] }));
    // Who goes on, and with which token: forks, ends, and goes on for long enough that the cache is made anew.
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
      reading = await forest.read(step.map(([parent, id]) => ({ behind: reading.ends[parent]!, ids: [id] })));
      alive = step.map(([parent, id]) => {
        const { prompt, written } = alive[parent]!;
        return { prompt, written: [...written, id] };
      });
      for (const [i, row] of rowsOf(forest, reading.logits).entries()) {
        const { prompt, written } = alive[i]!;
        expect(relativeError(row, await expected(prompt, written))).toBeLessThan(1e-5);
      }
    }
    await forest.release();
  });

  test("takes up another text behind what is still there", async () => {
    const forest = await openForest(base);
    const first = await forest.read([await forest.plant([1, 2, 3])]);
    const chains = [{ behind: first.ends[0]!, ids: [4, 5] }, await forest.plant([1, 2, 6, 7])];
    const [a, b] = rowsOf(forest, (await forest.read(chains)).logits);
    expect(relativeError(a!, await expected([1, 2, 3], [4, 5]))).toBeLessThan(1e-5);
    expect(relativeError(b!, await expected([1, 2, 6, 7], []))).toBeLessThan(1e-5);
    await forest.release();
  });

  test("does not go on from what it has forgotten", async () => {
    const forest = await openForest(base);
    const { ends } = await forest.read([{ ...(await forest.plant([1])), ids: [2, 3, 4] }]);
    await forest.read([await forest.plant([7, 8])]);
    const reading = forest.read([{ behind: ends[0]!, ids: [5] }]);
    await expect(reading).rejects.toThrow("asked to go on from what has been forgotten");
    await forest.release();
  });

  test("finds the likeliest tokens of each row", async () => {
    const forest = await openForest(base);
    const planted = [await forest.plant([1, 2]), await forest.plant([3])];
    const { logits } = await forest.read(planted);
    const likely = await forest.likeliest(logits, 3);
    for (const [i, row] of rowsOf(forest, logits).entries()) {
      const total = row.reduce((sum, logit) => sum + Math.exp(logit), 0);
      const order = [...row.keys()].sort((x, y) => row[y]! - row[x]!).slice(0, 3);
      expect(likely[i]!.tokens).toEqual(order);
      for (const [j, token] of order.entries()) {
        expect(likely[i]!.logProbabilities[j]).toBeCloseTo(row[token]! - Math.log(total), 5);
      }
    }
    expect((await forest.likeliest(logits, 1000))[0]!.tokens).toHaveLength(forest.vocabularySize);
    await forest.release();
  });
});

describe("a forest", () => {
  test("reads once what several texts begin with, at once and later", async () => {
    const forest = await openForest((await loadFixture("llama")).base);
    const plant = async (...prompts: readonly (readonly number[])[]) => {
      const chains = await Promise.all(prompts.map((prompt) => forest.plant(prompt)));
      return (await forest.read(chains)).ends.map(({ entry }) => entry);
    };
    expect(await plant([1, 2, 3, 4], [1, 2, 3, 5, 6])).toEqual([3, 5]);
    // Token 4, which nobody goes on from, has made room by then.
    expect(await plant([1, 2, 3, 5, 6, 7], [1, 2, 3, 5, 8])).toEqual([5, 6]);
    await forest.release();
  });
});
