import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { perEpoch, type Sequence } from "../../../../extension/core/dataset/sequence.ts";
import { createTokenFile } from "../../../../extension/core/dataset/tokenFile.ts";
import { estimatedSequences } from "../../../../extension/core/training/estimate/estimatedSequences.ts";

const sequence = (length: number, more: Partial<Sequence> = {}): Sequence => ({
  ids: Array.from({ length }, (_, i) => i),
  firstTarget: 1,
  ...more,
});

test("repeats each part's sample as often as the part is larger", () => {
  const short = { sample: [[sequence(10)], [sequence(20)]], total: 5.2 };
  const long = { sample: [[sequence(100)]], total: 3 };
  const all = estimatedSequences([short, { sample: [], total: 9 }, long], 4);
  expect(all.length).toBe(4 * 8);
  expect(perEpoch(all)).toBe(8);
  expect(all.tokens).toBe(4 * (5 * 15 + 3 * 100));
  expect(all.longest).toEqual({ own: 100, read: 0 });
  const lengths = Array.from({ length: perEpoch(all) }, (_, i) => all.at(4 * i)!.ids.length);
  expect(lengths).toEqual([10, 20, 10, 20, 10, 100, 100, 100]);
  expect(all.at(all.length)).toBeUndefined();
});

test("repeats a sequence's variants where fewer are sampled than there are", () => {
  const all = estimatedSequences(
    [
      {
        sample: [
          [sequence(10), sequence(30)],
          [sequence(5), sequence(15)],
        ],
        total: 2,
      },
    ],
    4,
  );
  const lengths = Array.from({ length: all.length }, (_, i) => all.at(i)!.ids.length);
  expect(lengths).toEqual([10, 30, 10, 30, 5, 15, 5, 15]);
  expect(all.tokens).toBe(4 * (20 + 10));
  expect(all.longest.own).toBe(30);
});

test("has the facts of a token file with the same sequences", async () => {
  const folder = await mkdtemp(join(tmpdir(), "graft-estimate-"));
  try {
    const sample = [
      sequence(12, { encoderIds: [1, 2, 3] }),
      sequence(7, { weights: [1, 0, 1, 1, 1, 0.5] }),
      sequence(30),
    ];
    const file = createTokenFile(join(folder, "training"));
    for (const each of sample) file.add(each);
    file.flush();
    const estimated = estimatedSequences([{ sample: sample.map((each) => [each]), total: 3 }], 1);
    const { length, tokens, longest } = file;
    expect(estimated).toMatchObject({ length, tokens, longest });
    const sizes = await Promise.all(["tokens", "index"].map((name) => stat(join(folder, `training.${name}`))));
    const bytes = sizes.reduce((sum, { size }) => sum + size, 0);
    // The index ends with the end of the last sequence.
    expect(estimated.bytes).toBe(bytes - 8);
    file.close();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
