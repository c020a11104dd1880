import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { targetWeight } from "../../../../extension/core/dataset/sequence.ts";
import { seededRandom } from "../../../../extension/core/foundation/random.ts";
import { openTokenizer, type Tokenizer } from "../../../../extension/core/tokenizer/tokenizer.ts";
import { requestEncoder } from "../../../../extension/core/training/holes/requestEncoder.ts";

const root = join(import.meta.dirname, "../../../..");
const path = "scripts/pretrain/data.py";
const text = readFileSync(join(root, path), "utf8");

let tokenizer: Tokenizer;
beforeAll(async () => (tokenizer = await openTokenizer(join(root, "base"))));

const encoded = async (maxLength: number, fillShare = 1, seed = 1, drawings = 2) =>
  (await requestEncoder(tokenizer, { maxLength, fillShare }, 2048))({ path, text }, seededRandom(seed), drawings);

describe("requestEncoder", () => {
  test.each([256, 640, 1280])(
    "reads a file's text about once per drawing, in sequences of %i tokens",
    async (maxLength) => {
      const stretches = await encoded(maxLength);
      const tokens = tokenizer.encode(text).length;
      for (const drawing of [0, 1]) {
        const sequences = stretches.map((variants) => variants[drawing]!);
        for (const { ids } of sequences) expect(ids.length).toBeLessThanOrEqual(maxLength);
        const counted = sequences.reduce((sum, { weights }) => sum + weights!.filter((weight) => weight > 0).length, 0);
        expect(counted / tokens).toBeGreaterThan(0.6);
        expect(counted / tokens).toBeLessThan(1.6);
      }
    },
  );

  test("draws other holes for each drawing, and the same for the same seed", async () => {
    const stretches = await encoded(256);
    expect(await encoded(256)).toEqual(stretches);
    expect(await encoded(256, 1, 2)).not.toEqual(stretches);
    const same = stretches.filter(([one, other]) => JSON.stringify(one) === JSON.stringify(other));
    expect(same.length).toBeLessThan(stretches.length / 3);
  });

  test("has holes for the given share, and plain text with its path else", async () => {
    const middle = tokenizer.fillInTheMiddle!.between[0]!;
    const holesOf = async (share: number): Promise<number> => {
      const sequences = (await encoded(128, share)).flat();
      return sequences.filter(({ ids }) => ids.includes(middle)).length / sequences.length;
    };
    expect(await holesOf(0)).toBe(0);
    expect(await holesOf(0.5)).toBeCloseTo(0.5, 0);
    expect(await holesOf(1)).toBeGreaterThan(0.85);
    const plain = (await encoded(128, 0))[0]![0]!;
    expect(tokenizer.decode(plain.ids)).toMatch(/^scripts\/pretrain\/data\.py\n[^]/);
  });

  test("gives files without code plain text, and none without text", async () => {
    const encode = await requestEncoder(tokenizer, { maxLength: 256, fillShare: 1 }, 2048);
    const stretches = encode({ path, text: "# nothing but a comment\n" }, seededRandom(1), 1);
    expect(stretches.map((variants) => variants.length)).toEqual([1]);
    expect(targetWeight(stretches[0]![0]!)).toBeGreaterThan(0);
  });
});
