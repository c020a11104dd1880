/** A method is one file and a line of the registry: no other code has to know it to train it, write it and read it. */

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createProgram } from "../../../extension/cli/program.ts";
import type { Adapter } from "../../../extension/core/adapters/adapter.ts";
import { inspectAdapter } from "../../../extension/core/adapters/inspectAdapter.ts";
import type { MethodName } from "../../../extension/core/adapters/methods/methodNamed.ts";
import { readAdapter } from "../../../extension/core/adapters/formats/peftFolder.ts";
import { moduleShapes } from "../../../extension/core/architectures/architectures.ts";
import { resolveBase } from "../../../extension/core/baseModels/resolveBase.ts";
import { silentLog } from "../../../extension/core/foundation/log.ts";
import { verbatim } from "../../../extension/core/foundation/words/said.ts";
import { settingsSchema, type TrainOptions } from "../../../extension/core/training/trainRequest.ts";
import { train } from "../../../extension/core/training/train.ts";
import { adapterSummaries } from "../../../extension/engine/servers/adapterSummaries.ts";
import type { BiasAdapter } from "./biasMethod.ts";

vi.mock(import("../../../extension/core/adapters/methods/methods.ts"), async (original) => {
  const { methods } = await original();
  const { bias } = await import("./biasMethod.ts");
  return { methods: [...methods, bias] as unknown as typeof methods };
});

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let folder: string;
let options: TrainOptions;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-sixth-"));
  const pairs = Array.from({ length: 12 }, (_, i) => ({ intent: `double ${i}`, code: `print(${i} * 2)` }));
  await writeFile(join(folder, "pairs.jsonl"), pairs.map((pair) => JSON.stringify(pair)).join("\n"));
  options = {
    base: "",
    home: join(folder, "home"),
    embedded: join(import.meta.dirname, "../../../base"),
    dataFolder: join(folder, "data"),
    data: [join(folder, "pairs.jsonl")],
    validation: "0",
    method: "bias" as MethodName,
    targets: ["q_proj", "v_proj", "down_proj"],
    steps: 6,
    batchSize: 6,
    saveEvery: 0,
    out: join(folder, "adapters", "mine"),
  };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("is trained, resumed, written, read, inspected and used as a start", async () => {
  const losses: number[] = [];
  const stop = new AbortController();
  const stopped = train(options, {
    log: silentLog,
    signal: stop.signal,
    onProgress: ({ step, loss }) => {
      losses.push(loss);
      if (step === 3) stop.abort();
    },
  });
  await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
  const resumed = { ...options, data: [], resume: true };
  const { adapter, trainableParameters } = await train(resumed, {
    log: silentLog,
    onProgress: ({ loss }) => losses.push(loss),
  });
  expect(losses).toHaveLength(6);
  expect(losses.at(-1)).toBeLessThan(0.9 * losses[0]!);

  const read = (await readAdapter(adapter)) as unknown as BiasAdapter;
  const base = await resolveBase("", { ...options, log: silentLog });
  const expected = [...moduleShapes(base.config)].filter(([path]) => /\.(q_proj|v_proj|down_proj)$/.test(path));
  expect([...read.modules.keys()].toSorted()).toEqual(expected.map(([path]) => path).toSorted());
  expect([...read.modules.values()].every((values) => values.some((value) => value !== 0))).toBe(true);
  const { parameters, norms } = inspectAdapter(read as unknown as Adapter);
  expect(parameters).toBe(trainableParameters);
  expect(parameters).toBe(expected.reduce((sum, [, { outFeatures }]) => sum + outFeatures, 0));
  expect(norms).toHaveLength(expected.length);
  const report: unknown = JSON.parse(await readFile(join(adapter, "graft.json"), "utf8"));
  expect(report).toMatchObject({ settings: { method: "bias", targets: "q_proj, v_proj, down_proj" } });
  const [listed] = await adapterSummaries(join(folder, "adapters"), base, silentLog);
  expect(listed).toEqual({ name: "mine", folder: adapter, description: verbatim("BitFit"), base: base.name });

  const { method: _, targets: _targets, ...others } = options;
  const again: number[] = [];
  const control = { log: silentLog, onProgress: ({ loss }: { loss: number }) => again.push(loss) };
  await train({ ...others, init: adapter, out: join(folder, "again"), steps: 1 }, control);
  expect(again[0]).toBeLessThan(0.9 * losses[0]!);
});

test("is offered by the command line, with its fields", () => {
  const help = createProgram(() => expect.unreachable("nothing is run"))
    .commands.find((command) => command.name() === "train")!
    .helpInformation();
  expect(help).toMatch(/--method.*\n?.*"full",\s+"bias"/);
  expect(settingsSchema.shape.method.unwrap().options).toContain("bias");
});
