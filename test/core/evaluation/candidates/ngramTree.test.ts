import { describe, expect, test } from "vitest";
import { kneserNey } from "../../../../extension/core/evaluation/candidates/ngramModel.ts";
import { ngramTree } from "../../../../extension/core/evaluation/candidates/ngramTree.ts";
import { countNgrams } from "../../../../extension/core/evaluation/candidates/ngramTrie.ts";

const [order, vocabularySize] = [3, 5];
const tokens = Uint32Array.from({ length: 400 }, (_, i) => (i * i + (i >> 2)) % vocabularySize);
const model = kneserNey(await countNgrams(tokens, { order, vocabularySize }));
const tree = ngramTree(model, order);

describe("ngramTree", () => {
  test("gives after each span what the model gives after its text", async () => {
    const { leaves } = await tree.read([await tree.addPrompt([1, 4, 2])]);
    const spans = [
      { parent: leaves[0]!, ids: [3] },
      { parent: leaves[0]!, ids: [0, 1] },
    ];
    const { logits } = await tree.read(spans);
    const expected = [...model.distribution([2, 3]), ...model.distribution([0, 1])].map(Math.log);
    for (const [i, logit] of expected.entries()) expect(logits[i]).toBeCloseTo(logit, 5);
  });

  test("finds the most probable tokens of each row", async () => {
    const rows = [
      [0.1, 0.4, 0.2, 0.2, 0.1],
      [0.3, 0.1, 0.1, 0.1, 0.4],
    ];
    const logits = Float32Array.from(rows.flat(), Math.log);
    const top = await tree.topLogProbabilities(logits, 3);
    expect(top.map((row) => row.tokens)).toEqual([
      [1, 2, 3],
      [4, 0, 1],
    ]);
    expect(Math.exp(top[1]!.logProbabilities[1]!)).toBeCloseTo(0.3, 6);
    expect((await tree.topLogProbabilities(logits, 9))[0]!.tokens).toHaveLength(vocabularySize);
  });
});
