/** The form's estimate, compared with reading the same data. */

import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { silentLog } from "../../../../extension/core/foundation/log.ts";
import { openEstimator } from "../../../../extension/core/training/estimate/estimateTraining.ts";
import { previewTraining } from "../../../../extension/core/training/preview.ts";
import type { TrainOptions } from "../../../../extension/core/training/trainRequest.ts";
import { git } from "../../../git.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let folder: string;
let options: TrainOptions;
const control = { log: silentLog };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-estimate-"));
  await mkdir(join(folder, "shop"));
  // 120 files of 3 kB: more than the sample holds.
  for (let i = 0; i < 120; i++) {
    const lines = Array.from({ length: 60 }, (_, n) => `    total_${n} = shop.price_of("item ${n * i}") * ${n}\n`);
    await writeFile(join(folder, "shop", `part${i}.py`), `def part_${i}(shop):\n${lines.join("")}    return total_1\n`);
  }
  options = {
    base: "",
    home: join(folder, "home"),
    embedded: join(import.meta.dirname, "../../../../base"),
    dataFolder: "",
    shippedData: join(import.meta.dirname, "../../../../data"),
    data: [join(folder, "shop")],
    validation: "0.1",
    out: join(folder, "out"),
  };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("openEstimator", () => {
  test.each<[string, Partial<TrainOptions>]>([
    ["pieces", { sourceAs: "pieces" }],
    ["requests", { maxLength: 320 }],
    ["rows", { data: ["conala"] }],
  ])("%s: agrees with a reading of all data", async (_, more) => {
    const { validation, ...others } = options;
    const asked = more.data ? { ...others, ...more } : { ...others, validation, ...more };
    const estimate = await openEstimator()(asked, control);
    const read = await previewTraining(asked, control);
    const within = (share: number, ours: number, theirs: number): void => {
      expect(ours / theirs).toBeGreaterThan(1 - share);
      expect(ours / theirs).toBeLessThan(1 + share);
    };
    within(0.1, estimate.sequences, read.sequences);
    within(0.1, estimate.steps, read.steps);
    // The batch has 8 sequences by default.
    expect(estimate.epochs).toBeCloseTo(estimate.steps / Math.ceil(estimate.sequences / 8), 12);
    within(0.25, estimate.heldOut, read.heldOut);
    within(0.1, estimate.memoryBytes, read.cost.memoryBytes);
    expect(estimate.seconds).toBeGreaterThan(0);
  });

  test("other choices are estimated from the same sample: less for a quick training, less disk for IA3", async () => {
    const estimate = openEstimator();
    const asked: TrainOptions = { ...options, sourceAs: "pieces" };
    const balanced = await estimate(asked, control);
    const quick = await estimate({ ...asked, preset: "quick" }, control);
    expect(quick.sequences).toBe(balanced.sequences);
    expect(quick.steps).toBeLessThan(balanced.steps);
    expect(quick.seconds!).toBeLessThan(balanced.seconds! / 2);
    const ia3 = await estimate({ ...asked, method: "ia3" }, control);
    expect(ia3.diskBytes).toBeLessThan(balanced.diskBytes);
    // The machine's speed is measured once, so that the figures do not jitter.
    expect(await estimate(asked, control)).toEqual(balanced);
  });

  test("says how many steps Balanced would take, where another preset decides", async () => {
    const estimate = openEstimator();
    const small = join(folder, "small");
    await mkdir(small);
    for (let i = 0; i < 3; i++) {
      const text = await readFile(join(folder, "shop", `part${i}.py`), "utf8");
      await writeFile(join(small, `part${i}.py`), text.slice(0, 600));
    }
    const { validation: _, ...others } = options;
    const asked: TrainOptions = { ...others, data: [small], maxLength: 320 };
    const { steps, ...balanced } = await estimate(asked, control);
    expect(balanced).not.toHaveProperty("balancedSteps");
    expect(await estimate({ ...asked, preset: "thorough" }, control)).toMatchObject({ steps, balancedSteps: steps });
    const paper = await estimate({ ...asked, preset: "paper" }, control);
    expect(paper.balancedSteps).toBe(steps);
    expect(paper.steps).toBeLessThan(steps / 2);
    expect(await estimate({ ...asked, preset: "paper", epochs: 3 }, control)).not.toHaveProperty("balancedSteps");
  });

  test("counts only what the user's own commits added, if that is asked", async () => {
    const shop = join(folder, "shop");
    git(shop, "init", "-q");
    git(shop, "config", "user.email", "ann@example.org");
    git(shop, "add", "-A");
    git(shop, "commit", "-q", "-m", "Theirs", "--author=Bob <bob@example.org>");
    for (let i = 0; i < 12; i++) {
      const path = join(shop, `part${i}.py`);
      const text = await readFile(path, "utf8");
      await writeFile(path, `${text}\n\ndef mine_${i}(shop):\n    return shop.own_total(${i})\n`);
    }
    git(shop, "commit", "-q", "-a", "-m", "Mine");
    const estimate = openEstimator();
    const all = await estimate(options, control);
    const asked: TrainOptions = { ...options, commitsSince: "2000-01-01" };
    const own = await estimate(asked, control);
    expect(own.sequences).toBeLessThan(all.sequences / 8);
    const read = await previewTraining(asked, control);
    expect(read.parts[0]!.examples).toBe(12);
    expect(own.sequences / read.sequences).toBeGreaterThan(0.7);
    expect(own.sequences / read.sequences).toBeLessThan(1.4);
    const texts = read.examples.map((parts) => parts.map(({ text }) => text).join(""));
    expect(texts.some((text) => text.includes("own_total"))).toBe(true);
    await expect(estimate({ ...asked, commitsSince: "2100-01-01" }, control)).rejects.toMatchObject({
      code: "data-empty",
    });
  });

  test("a batch that is larger than the data costs what the data costs", async () => {
    const shop = { ...options, steps: 4, preset: "balanced" } as const;
    const estimate = openEstimator();
    const all = await estimate({ ...shop, batchSize: 1000 }, control);
    const more = await estimate({ ...shop, batchSize: 100_000 }, control);
    expect(more.seconds! / all.seconds!).toBeCloseTo(1, 1);
  });

  test("refuses what does not fit into memory, and data that is not there", async () => {
    const memory = vi.spyOn(process, "availableMemory").mockReturnValue(200e6);
    await expect(openEstimator()(options, control)).rejects.toMatchObject({ code: "training-too-large" });
    memory.mockRestore();
    await expect(openEstimator()({ ...options, data: [join(folder, "gone.jsonl")] }, control)).rejects.toMatchObject({
      code: "data-missing",
    });
  });
});
