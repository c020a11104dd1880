/** The whole training on the embedded base: what only shows with a real model, data and files. */

import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { LoraAdapter } from "../../../extension/core/adapters/methods/lora.ts";
import { readAdapter } from "../../../extension/core/adapters/formats/peftFolder.ts";
import { resolveBase } from "../../../extension/core/baseModels/resolveBase.ts";
import { silentLog, type Log } from "../../../extension/core/foundation/log.ts";
import { train, type TrainResult } from "../../../extension/core/training/train.ts";
import type { TrainOptions } from "../../../extension/core/training/trainRequest.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let folder: string;
let options: Omit<TrainOptions, "out">;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-train-"));
  const pairs = Array.from({ length: 12 }, (_, i) => ({ intent: `double ${i}`, code: `print(${i} * 2)` }));
  await writeFile(join(folder, "pairs.jsonl"), pairs.map((pair) => JSON.stringify(pair)).join("\n"));
  await writeFile(join(folder, "held.jsonl"), '{"intent":"double 77","code":"print(77 * 2)"}\n');
  options = {
    base: "",
    home: join(folder, "home"),
    embedded: join(import.meta.dirname, "../../../base"),
    dataFolder: join(folder, "data"),
    data: [join(folder, "pairs.jsonl")],
    validation: join(folder, "held.jsonl"),
    learningRate: 5e-3,
    steps: 4,
    batchSize: 6,
  };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = async (out: string, more: Partial<TrainOptions> = {}, log: Log = silentLog): Promise<TrainResult> =>
  await train({ ...options, ...more, out: join(folder, out) }, { log });
const weights = async (out: string): Promise<Buffer> => await readFile(join(folder, out, "adapter_model.safetensors"));

describe("train", () => {
  test.each(["lora", "ia3", "prompt", "prefix"] as const)(
    "%s: an initial adapter has the loss that it was saved with",
    async (method) => {
      const first = await run(`${method} first`, { method });
      const { before, best } = first.validationLoss!;
      expect(best).toBeLessThan(before);
      const second = await run(`${method} second`, { method, init: first.adapter, steps: 1 });
      expect(second.validationLoss!.before).toBeCloseTo(best, 4);
    },
  );

  test("a preset trains the same bytes as the options that it stands for", async () => {
    const { steps: _, ...left } = options;
    const asked = { ...left, method: "ia3" } as const;
    const out = (name: string): string => join(folder, name);
    const quick = await train({ ...asked, preset: "quick", out: out("quick") }, { log: silentLog });
    expect(quick.steps).toBe(30);
    await train({ ...asked, steps: 30, out: out("thirty steps") }, { log: silentLog });
    expect((await weights("quick")).equals(await weights("thirty steps"))).toBe(true);
  });

  test("methods whose first values do not change the base start from the base's loss", async () => {
    const before = async (method: "lora" | "ia3" | "full"): Promise<number> =>
      (await run(`alone ${method}`, { method, steps: 1 })).validationLoss!.before;
    const [lora, ia3, full] = [await before("lora"), await before("ia3"), await before("full")];
    expect(ia3).toBeCloseTo(lora, 4);
    // Full fine-tuning starts from the weights that the base was made from, before they were rounded.
    expect(full).toBeCloseTo(lora, 1);
  });

  test("full: a trained model has, as a base, the loss that it was saved with", async () => {
    const { adapter, validationLoss, trainableParameters } = await run("whole", { method: "full", learningRate: 1e-3 });
    expect(validationLoss!.best).toBeLessThan(validationLoss!.before);
    const base = await resolveBase(adapter, { ...options, log: silentLog });
    expect(base.parameters).toBe(trainableParameters);
    const { before } = (await run("on whole", { base: adapter, steps: 1 })).validationLoss!;
    expect(before).toBeCloseTo(validationLoss!.best, 1);
  });

  test.each(["prompt", "prefix", "full"] as const)(
    "%s: stopped and resumed, it writes the same bytes",
    async (method) => {
      const more = { method, saveEvery: 0, steps: 4 };
      const file = method === "full" ? "model.safetensors" : "adapter_model.safetensors";
      const bytes = (out: string): Promise<Buffer> => readFile(join(folder, out, file));
      await run(`${method} through`, more);
      const out = join(folder, `${method} stopped`);
      const controller = new AbortController();
      const stopped = train(
        { ...options, ...more, out },
        {
          log: silentLog,
          signal: controller.signal,
          onProgress: (progress) => progress.step === 2 && controller.abort(),
        },
      );
      await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
      await run(`${method} stopped`, { ...more, resume: true });
      expect((await bytes(`${method} stopped`)).equals(await bytes(`${method} through`))).toBe(true);
    },
  );

  test("the same seed writes the same bytes, another seed writes others", async () => {
    await run("one");
    await run("two");
    await run("three", { seed: 7 });
    expect((await weights("one")).equals(await weights("two"))).toBe(true);
    expect((await weights("one")).equals(await weights("three"))).toBe(false);
  });

  test("targets and sizes are those of the request", async () => {
    const { trainableParameters } = await run("narrow", {
      rank: 3,
      alpha: 5,
      targets: ["q_proj", "down_proj"],
      steps: 1,
    });
    const adapter = (await readAdapter(join(folder, "narrow"))) as LoraAdapter;
    expect(adapter).toMatchObject({
      method: "lora",
      rank: 3,
      alpha: 5,
      baseModel: expect.stringContaining("graft-base"),
    });
    const ends = [...adapter.modules.keys()].map((path) => path.split(".").at(-1));
    expect(new Set(ends)).toEqual(new Set(["q_proj", "down_proj"]));
    const sizes = [...adapter.modules.values()].map(({ a, b }) => a.length + b.length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(trainableParameters);
  });

  test("learns source code, partly as infilling examples, without validation data", async () => {
    const code = Array.from({ length: 60 }, (_, i) => `def add_${i}(x):\n    return x + ${i}\n\n\n`).join("");
    await writeFile(join(folder, "adders.py"), code);
    const source = { data: [join(folder, "adders.py")], maxLength: 128 };
    const { validation: _, ...unvalidated } = options;
    const out = join(folder, "adders");
    const losses: number[] = [];
    const result = await train(
      { ...unvalidated, ...source, out, steps: 12 },
      { log: silentLog, onProgress: ({ loss }) => losses.push(loss) },
    );
    expect(result.validationLoss).toBeUndefined();
    // Not the loss of the last step, which takes the rest of its epoch, perhaps a gap of a few tokens.
    expect(Math.min(...losses)).toBeLessThan(0.6 * losses[0]!);
  });

  test("cancelled before its first step, leaves a checkpoint or nothing", async () => {
    const control = { signal: AbortSignal.abort(), log: silentLog };
    await expect(train({ ...options, out: join(folder, "cancelled") }, control)).rejects.toMatchObject({
      name: "AbortError",
    });
    expect((await readdir(folder)).filter((name) => name.includes("cancelled"))).toEqual([]);
  });
});
