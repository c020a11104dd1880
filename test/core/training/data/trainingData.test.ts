import { execFile } from "node:child_process";
import { createWriteStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import type { TrainOptions } from "../../../../extension/core/training/trainRequest.ts";
import { pairs, texts, trainingDataBed } from "./trainingDataBed.ts";

const run = promisify(execFile);
const bed = trainingDataBed();
const { put, opened } = bed;

describe("openTrainingData", () => {
  test("concatenates several data sets, and reports the share of each", async () => {
    const data = await opened({ data: [await put("a.jsonl", pairs(3)), await put("b.jsonl", pairs(1, 50))] });
    expect(texts(data.training).map((text) => /add \d+/.exec(text)?.[0])).toEqual([
      "add 0",
      "add 1",
      "add 2",
      "add 50",
    ]);
    const [a, b] = data.parts;
    expect([a, b]).toMatchObject([
      { name: "a.jsonl", examples: 3 },
      { name: "b.jsonl", examples: 1 },
    ]);
    expect(a!.tokens + b!.tokens).toBe(data.training.tokens);
    expect(b!.tokens).toBe(data.training.at(3)!.ids.length);
    data.release();
    expect((await readdir(bed.folder)).sort()).toEqual(["a.jsonl", "b.jsonl"]);
  });

  test("validates joined data sets of the paper on all their validation parts", async () => {
    for (const [name, from] of [
      ["conala", 0],
      ["codealpacapy", 100],
    ] as const) {
      await put(`papers/${name}/train.jsonl`, pairs(4, from));
      await put(`papers/${name}/validation.jsonl`, pairs(2, from + 50));
    }
    const data = await opened({ data: ["conala", "codealpacapy"] });
    expect(data.training.length).toBe(8);
    expect(texts(data.validation).map((text) => /add \d+/.exec(text)?.[0])).toEqual([
      "add 50",
      "add 51",
      "add 150",
      "add 151",
    ]);
    expect(bed.warnings).toEqual([]);
    data.release();
  });

  test("holds out a part that shares no content with the rest, the same each time", async () => {
    const rows = [...pairs(60), ...pairs(60), ...pairs(40)];
    const source = await put("twins.jsonl", rows);
    const data = await opened({ data: [source], validation: "0.2" });
    const [training, validation] = [texts(data.training), texts(data.validation)];
    expect(training.length + validation.length).toBe(rows.length);
    expect(validation.length).toBeGreaterThanOrEqual(32);
    expect(validation.length).toBeLessThan(38);
    expect(training.filter((text) => validation.includes(text))).toEqual([]);
    data.release();
    const again = await opened({ data: [source], validation: "0.2" });
    expect(texts(again.validation)).toEqual(validation);
    again.release();
  });

  test("uses a given validation set unchanged, and warns how much of it is trained on", async () => {
    const data = await opened({
      data: [await put("train.jsonl", pairs(10))],
      validation: await put("held.jsonl", pairs(4, 7)),
    });
    expect(data.validation.length).toBe(4);
    expect(bed.warnings).toEqual([
      expect.stringMatching(/held\.jsonl: 3 of 4 validation examples are also in the training data/),
    ]);
    data.release();
  });

  test("logs the first problems of a bad file and the number of the others, and keeps the good rows", async () => {
    const rows = Array.from({ length: 500 }, (_, i) => (i % 2 === 0 ? { text: `x = ${i}` } : { txt: "" }));
    const data = await opened({ data: [await put("half.jsonl", rows)] });
    expect(data.training.length).toBe(250);
    expect(bed.warnings).toHaveLength(11);
    expect(bed.warnings[0]).toMatch(/^half\.jsonl:2: The row has txt/);
    expect(bed.warnings[10]).toBe("half.jsonl: 240 more entries were left out.");
    data.release();
  });

  test.each<[string, () => Promise<Partial<TrainOptions>>, string, RegExp]>([
    [
      "no good row",
      async () => ({ data: [await put("bad.jsonl", [{}, {}])] }),
      "data-empty",
      /All 2 entries.*bad\.jsonl:1/,
    ],
    ["an empty file", async () => ({ data: [await put("empty.jsonl", [])] }), "data-empty", /contains no examples\.$/],
    [
      "an empty one among several",
      async () => ({ data: [await put("a.jsonl", pairs(2)), await put("empty.jsonl", [])] }),
      "data-empty",
      /empty\.jsonl/,
    ],
    [
      "too little to hold out from",
      async () => ({ data: [await put("one.jsonl", pairs(1))], validation: "0.1" }),
      "data-too-small",
      /none of its examples \(1\) would be left/,
    ],
    [
      "a fraction of more than all",
      async () => ({ data: [await put("a.jsonl", pairs(2))], validation: "1.5" }),
      "validation-invalid",
      /1\.5/,
    ],
  ])("refuses %s, and leaves no files", async (_, options, code, message) => {
    await expect(opened(await options())).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect((await readdir(bed.folder)).filter((name) => !name.endsWith(".jsonl"))).toEqual([]);
  });

  test(
    "reads, splits and trains on 100,000 rows in a heap that could not hold them",
    { timeout: 120_000 },
    async () => {
      const path = join(bed.folder, "many.jsonl");
      await pipeline(function* () {
        for (let i = 0; i < 100_000; i++) yield `{"intent":"add the number ${i} to x","code":"x = x + ${i}"}\n`;
      }, createWriteStream(path));
      const script = join(import.meta.dirname, "smallHeap.ts");
      // Ten rows need about 12 MB. The tokens of all alone would take 75.
      const { stdout } = await run(process.execPath, ["--max-old-space-size=32", script, path, bed.folder]);
      const { training, validation, steps } = JSON.parse(stdout) as Record<string, number>;
      expect(training! + validation!).toBe(100_000);
      expect(validation).toBeGreaterThanOrEqual(1000);
      expect(steps).toBe(1000);
    },
  );

  test("leaves nothing behind when cancelled", async () => {
    const data = [await put("a.jsonl", pairs(2))];
    await expect(opened({ data }, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
    const controller = new AbortController();
    const reading = opened({ data: [await put("b.jsonl", pairs(20_000))] }, { signal: controller.signal });
    setTimeout(() => controller.abort(), 50);
    await expect(reading).rejects.toMatchObject({ name: "AbortError" });
    expect((await readdir(bed.folder)).sort()).toEqual(["a.jsonl", "b.jsonl"]);
  });
});
