import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { silentLog } from "../../../extension/core/foundation/log.ts";
import { previewTraining, textsOf } from "../../../extension/core/training/preview.ts";
import type { TrainOptions } from "../../../extension/core/training/trainRequest.ts";
import { train } from "../../../extension/core/training/train.ts";

vi.setConfig({ testTimeout: 90_000 });

let folder: string;
let options: TrainOptions;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-preview-test-"));
  await mkdir(join(folder, "shop"));
  for (let i = 0; i < 12; i++) {
    await writeFile(join(folder, "shop", `part${i}.py`), `def part_${i}(shop):\n    return shop.find(${i})\n`);
  }
  await writeFile(join(folder, "shop", "broken.py"), "def f(:\n");
  options = {
    base: "",
    home: join(folder, "home"),
    embedded: join(import.meta.dirname, "../../../base"),
    dataFolder: "",
    data: [join(folder, "shop")],
    validation: "0.2",
    steps: 2,
    out: join(folder, "out"),
  };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("previewTraining", () => {
  test("shows what the training then trains on, and leaves nothing behind", async () => {
    const preview = await previewTraining(options, { log: silentLog });
    expect(await readdir(folder)).not.toContain("out");
    expect(preview.parts[0]!.skipped).toEqual([{ path: "broken.py", reason: "unparsable" }]);
    expect(preview.cost.memoryBytes).toBeGreaterThan(50e6);
    expect(preview.cost.seconds).toBeGreaterThan(0);
    expect(preview.examples.length).toBe(Math.min(20, preview.sequences));
    const learned = preview.examples.flat().filter((part) => part.learned);
    expect(learned.map(({ text }) => text).join("")).toMatch(/shop/);

    const outlines: object[] = [];
    const trained = await train(options, { log: silentLog, onOutline: (outline) => void outlines.push(outline) });
    const { steps, epochs, raised, problems } = preview;
    expect(outlines).toEqual([{ steps, epochs, raised, problems }]);
    expect(trained.data).toEqual(preview.parts);
  });

  test("shows the data of a training that resumes, and says where there is none", async () => {
    const resumed = { ...options, data: [], resume: true, out: join(folder, "cut") };
    await expect(previewTraining(resumed, { log: silentLog })).rejects.toMatchObject({ code: "checkpoint-missing" });
    const cut = new AbortController();
    const control = { log: silentLog, signal: cut.signal, onProgress: () => cut.abort() };
    await expect(train({ ...options, out: resumed.out }, control)).rejects.toMatchObject({ name: "AbortError" });
    const { parts, steps, examples } = await previewTraining(resumed, { log: silentLog });
    expect([parts.map(({ name }) => name), steps]).toEqual([["shop"], 2]);
    expect(examples.length).toBeGreaterThan(0);
  });

  test("refuses what the training would refuse", async () => {
    const nothing = { ...options, data: [join(folder, "nowhere")] };
    await expect(previewTraining(nothing, { log: silentLog })).rejects.toMatchObject({ code: "data-missing" });
  });
});

describe("textsOf", () => {
  const tokenizer = {
    specialIds: new Set([9]),
    decode: (ids: readonly number[]) => ids.map((id) => "abcdefgh"[id]).join(""),
    nameOf: () => "<end>",
  };

  test("divides a sequence into what is read and what is learned", () => {
    expect(textsOf({ ids: [0, 1, 2, 9], firstTarget: 2 }, tokenizer)).toEqual([
      { text: "ab", learned: false },
      { text: "c<end>", learned: true },
    ]);
  });

  test("targets that count nothing are read, and so is what an encoder gets, without virtual tokens", () => {
    const sequence = { encoderIds: [-2, -1, 3], ids: [0, 1, 2, 3], firstTarget: 1, weights: [1, 0, 1] };
    expect(textsOf(sequence, tokenizer)).toEqual([
      { text: "d", learned: false },
      { text: "a", learned: false },
      { text: "b", learned: true },
      { text: "c", learned: false },
      { text: "d", learned: true },
    ]);
  });
});
