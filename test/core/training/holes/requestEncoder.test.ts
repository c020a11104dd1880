import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { targetWeight, type Sequence } from "../../../../extension/core/dataset/sequence.ts";
import { seededRandom } from "../../../../extension/core/foundation/random.ts";
import { openTokenizer, type Tokenizer } from "../../../../extension/core/tokenizer/tokenizer.ts";
import { indexFolder } from "../../../../extension/core/completion/context/indexedRepository.ts";
import { requestEncoder } from "../../../../extension/core/training/holes/requestEncoder.ts";

const root = join(import.meta.dirname, "../../../..");
const path = "scripts/pretrain/data.py";
const text = readFileSync(join(root, path), "utf8");

let tokenizer: Tokenizer;
beforeAll(async () => (tokenizer = await openTokenizer(join(root, "base"))));

const encoded = async (maxLength: number, fillShare = 1, seed = 1, drawings = 2) =>
  (await requestEncoder(tokenizer, { maxLength, fillShare }, { contextLength: 2048 }))(
    { path, text },
    seededRandom(seed),
    drawings,
  );

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

  test("of a file with parts of one's own, only these are asked about", async () => {
    const start = text.indexOf("\ndef ", text.length / 2) + 1;
    const own = [[start, text.indexOf("\ndef ", start + 1)]] as const;
    const encode = await requestEncoder(tokenizer, { maxLength: 256, fillShare: 1 }, { contextLength: 2048 });
    const stretches = encode({ path, text, own }, seededRandom(1), 8);
    expect(stretches.length).toBeGreaterThan(0);
    expect(stretches.length).toBeLessThan((await encoded(256)).length / 2);
    // Each sequence ends with the end of its hole, or of a plain text.
    const ends = stretches.flat().map(({ ids }) => {
      const last = tokenizer
        .decode(ids.filter((id) => !tokenizer.specialIds.has(id)))
        .trimEnd()
        .slice(-60);
      return text.indexOf(last) + last.length;
    });
    const [from, to] = own[0];
    for (const end of ends) {
      expect(end).toBeGreaterThan(from);
      expect(end).toBeLessThan(to + 1500);
    }
    expect(ends.filter((end) => end <= to).length / ends.length).toBeGreaterThan(0.5);
  });

  test("gives files without code plain text, and none without text", async () => {
    const encode = await requestEncoder(tokenizer, { maxLength: 256, fillShare: 1 }, { contextLength: 2048 });
    const stretches = encode({ path, text: "# nothing but a comment\n" }, seededRandom(1), 1);
    expect(stretches.map((variants) => variants.length)).toEqual([1]);
    expect(targetWeight(stretches[0]![0]!)).toBeGreaterThan(0);
  });

  test("puts other files of the repository in front of most requests, as completion does, and never the file itself", async () => {
    const folder = join(root, "sample");
    const repository = await indexFolder(folder);
    const own = { path: "orders.py", text: readFileSync(join(folder, "orders.py"), "utf8") };
    const contexts = { contextLength: 2048, contextTokens: Infinity };
    const encode = await requestEncoder(tokenizer, { maxLength: 2048, fillShare: 1 }, contexts);
    const sequences = encode(own, seededRandom(1), 40, repository).flat();
    const shown = sequences.map(({ ids }) => tokenizer.decode(ids));
    const withOthers = shown.filter((text) => /(inventory|journal|money|offers|result)\.py\n/.test(text));
    expect(withOthers.length / sequences.length).toBeGreaterThan(0.6);
    expect(withOthers.length / sequences.length).toBeLessThan(0.9);
    for (const text of shown) expect(text.split("orders.py\n")).toHaveLength(2);
    const without = await requestEncoder(tokenizer, { maxLength: 2048, fillShare: 1 }, { contextLength: 2048 });
    const alone = without(own, seededRandom(1), 3, repository).flat();
    for (const { ids } of alone)
      expect(tokenizer.decode(ids)).not.toMatch(/(inventory|journal|money|offers|result)\.py\n/);
  });

  test("leaves out the file's path if asked to, and nothing else", async () => {
    const front = { contextLength: 2048, hasPath: false };
    const encode = await requestEncoder(tokenizer, { maxLength: 256, fillShare: 1 }, front);
    const nameless = encode({ path, text }, seededRandom(1), 2).flat();
    const named = (await encoded(256)).flat();
    const shows = ({ ids }: Sequence): boolean => tokenizer.decode(ids).includes(path);
    expect(named.some(shows)).toBe(true);
    expect(nameless.length).toBe(named.length);
    expect(nameless.some(shows)).toBe(false);
  });
});
