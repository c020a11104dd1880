import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Sequence } from "../../../extension/core/dataset/sequence.ts";
import { createTokenFile } from "../../../extension/core/dataset/tokenFile.ts";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "graft-tokens-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const ids = fc.array(fc.nat(2 ** 31 - 1), { minLength: 1, maxLength: 30 });
const thousandths = fc.nat(9000).map((weight) => weight / 1000);
const anySequence: fc.Arbitrary<Sequence> = fc
  .record({
    ids,
    firstTarget: fc.nat(30),
    encoderIds: fc.option(fc.array(fc.nat(99), { maxLength: 9 })),
    weights: fc.option(fc.array(thousandths, { minLength: 1, maxLength: 9 })),
  })
  .map(({ encoderIds, weights, ...own }) => ({
    ...own,
    ...(encoderIds && { encoderIds }),
    ...(weights && { weights }),
  }));

describe("createTokenFile", () => {
  test("returns every sequence by its index, in any order, also while writing", () => {
    fc.assert(
      fc.property(fc.array(anySequence, { maxLength: 40 }), fc.infiniteStream(fc.nat()), (sequences, chance) => {
        const file = createTokenFile(join(folder, "data"));
        for (const [i, sequence] of sequences.entries()) {
          file.add(sequence);
          const index = chance.next().value! % (i + 1);
          expect(file.at(index)).toEqual(sequences[index]);
        }
        expect(file.length).toBe(sequences.length);
        expect(file.at(sequences.length)).toBeUndefined();
        const sides = sequences.map(({ ids: own, encoderIds = [] }) => [own.length, encoderIds.length] as const);
        expect(file.tokens).toBe(sides.reduce((sum, [own, read]) => sum + own + read, 0));
        expect(file.longest).toEqual({
          own: Math.max(0, ...sides.map(([own]) => own)),
          read: Math.max(0, ...sides.map(([, read]) => read)),
        });
        file.release();
      }),
      { numRuns: 50 },
    );
  });

  test("keeps more than it buffers", () => {
    const file = createTokenFile(join(folder, "data"));
    for (let i = 0; i < 30_000; i++) file.add({ ids: [i, i + 1, i + 2], firstTarget: 1 });
    for (const i of [0, 12_345, 29_999]) expect(file.at(i)).toEqual({ ids: [i, i + 1, i + 2], firstTarget: 1 });
    file.release();
  });

  test("gives the same description for the same data only", () => {
    const described = (sequences: readonly Sequence[]): string => {
      const file = createTokenFile(join(folder, "data"));
      for (const sequence of sequences) file.add(sequence);
      const description = file.description();
      file.release();
      return description;
    };
    const one = described([{ ids: [1, 2, 3], firstTarget: 1 }]);
    expect(one).toMatch(/^1 sequences, [0-9a-f]{8}$/);
    expect(described([{ ids: [1, 2, 3], firstTarget: 1 }])).toBe(one);
    expect(described([{ ids: [1, 2, 3], firstTarget: 2 }])).not.toBe(one);
    expect(described([{ ids: [1, 2, 4], firstTarget: 1 }])).not.toBe(one);
  });

  test("overwrites the leftovers of a killed training, and leaves nothing behind", () => {
    for (const end of ["tokens", "index"]) writeFileSync(join(folder, `data.${end}`), "left over");
    const file = createTokenFile(join(folder, "data"));
    file.add({ ids: [5, 6], firstTarget: 1 });
    expect(file.at(0)).toEqual({ ids: [5, 6], firstTarget: 1 });
    file.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("refuses a folder that does not exist or cannot be written, as a user's error", () => {
    writeFileSync(join(folder, "file"), "");
    expect(() => createTokenFile(join(folder, "file", "data"))).toThrow(
      expect.objectContaining({ code: "not-writable" }),
    );
  });
});
