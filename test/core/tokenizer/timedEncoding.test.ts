import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withinTime } from "../../../extension/core/foundation/withinTime.ts";
import { importBase } from "../../../extension/core/baseModels/import/importBase.ts";
import { isQuick, timed } from "../../../extension/core/tokenizer/timedEncoding.ts";
import { openTokenizer } from "../../../extension/core/tokenizer/tokenizer.ts";
import { writeTinyCheckpoint } from "../baseModels/tinyCheckpoint.ts";

/** Tries every way to divide a run of letters before it gives up. */
const catastrophic = "(\\p{L}+)+\\d";
const endless = `${"a".repeat(60)}!`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-timed-"));
  await writeTinyCheckpoint(join(folder, "model"));
  const path = join(folder, "model", "tokenizer.json");
  const tokenizer = JSON.parse(await readFile(path, "utf8"));
  const split = { type: "Split", pattern: { Regex: catastrophic }, behavior: "Isolated", invert: false };
  tokenizer.pre_tokenizer = { type: "Sequence", pretokenizers: [split, tokenizer.pre_tokenizer] };
  await writeFile(path, JSON.stringify(tokenizer));
});
afterAll(() => rm(folder, { recursive: true }));

describe("withinTime", () => {
  test("gives what work returns, and throws what it throws", () => {
    expect(withinTime(1000, () => [1])).toEqual({ value: [1] });
    expect(() => withinTime(1000, () => JSON.parse("{"))).toThrow(SyntaxError);
  });

  test("ends a regular expression and a loop", () => {
    const startedAt = performance.now();
    expect(withinTime(50, () => /^(a+)+$/.test(endless))).toBeUndefined();
    const forever = (): never => {
      for (;;);
    };
    expect(withinTime(50, forever)).toBeUndefined();
    expect(performance.now() - startedAt).toBeLessThan(5000);
    expect(withinTime(1000, () => 1)).toEqual({ value: 1 });
  });
});

test(
  "an import refuses a tokenizer that never comes to an end, and installs nothing",
  { timeout: 60_000 },
  async () => {
    await expect(importBase({ source: join(folder, "model"), home: folder, bits: 8 })).rejects.toMatchObject({
      name: "UserError",
      code: "tokenizer-stuck",
      message: expect.stringContaining(join(folder, "model")),
    });
    await expect(readdir(join(folder, "bases"))).rejects.toMatchObject({ code: "ENOENT" });
  },
);

test("an installed one is given up once, and refused from then on without waiting", { timeout: 60_000 }, async () => {
  const { encode } = await openTokenizer(join(folder, "model"));
  expect(encode("f(x)").length).toBeGreaterThan(0);
  expect(() => encode(endless)).toThrow(expect.objectContaining({ code: "tokenizer-stuck" }));
  const startedAt = performance.now();
  expect(() => encode("f(x)")).toThrow(expect.objectContaining({ code: "tokenizer-stuck" }));
  expect(performance.now() - startedAt).toBeLessThan(100);
});

test("isQuick knows the patterns of the embedded base, and no other", async () => {
  const read = async (path: string): Promise<Record<string, unknown>> =>
    JSON.parse(await readFile(join(path, "tokenizer.json"), "utf8"));
  const embedded = await read(join(import.meta.dirname, "../../../base"));
  expect(isQuick([embedded["normalizer"], embedded["pre_tokenizer"]])).toBe(true);
  expect(isQuick((await read(join(folder, "model")))["pre_tokenizer"])).toBe(false);
});

test("timed passes everything on", () => {
  const encode = timed("folder", (text: string, isInside: boolean) => [text.length, Number(isInside)]);
  expect(encode("abc", true)).toEqual([3, 1]);
});
