/** A resumed training uses only what it has kept itself, even if its data, its base's name or the options have changed. */

import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { english } from "../../../extension/core/foundation/words/said.ts";
import { silentLog } from "../../../extension/core/foundation/log.ts";
import { importBase } from "../../../extension/core/baseModels/import/importBase.ts";
import { train } from "../../../extension/core/training/train.ts";
import type { StepLoss } from "../../../extension/core/training/loop/trainerState.ts";
import type { TrainOptions } from "../../../extension/core/training/trainRequest.ts";
import type { TrainOutline } from "../../../extension/core/training/trainingPlan.ts";
import { rows, writeTinyTraining } from "./tinyTraining.ts";

let folder: string;
let options: Omit<TrainOptions, "out">;
let through: Buffer;
const at = (...path: string[]): string => join(folder, ...path);
const weights = (out: string): Promise<Buffer> => readFile(at(out, "adapter_model.safetensors"));

/** Trains until `step` steps are done. */
async function stopped(out: string, step = 3, more: Partial<TrainOptions> = {}): Promise<void> {
  const controller = new AbortController();
  const running = train(
    { ...options, ...more, out: at(out) },
    {
      log: silentLog,
      signal: controller.signal,
      onProgress: (progress) => progress.step === step && controller.abort(),
    },
  );
  await expect(running).rejects.toMatchObject({ name: "AbortError" });
}

/** An unfinished training whose checkpoint's header `change` has changed. */
async function damagedCheckpoint(out: string, change: (tensors: Record<string, unknown>) => void): Promise<void> {
  await stopped(out);
  const path = at(`.${out}.training`, "checkpoint.safetensors");
  const bytes = await readFile(path);
  const length = Number(bytes.readBigUInt64LE());
  const tensors = JSON.parse(bytes.toString("utf8", 8, 8 + length)) as Record<string, unknown>;
  change(tensors);
  const text = JSON.stringify(tensors);
  const header = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(header.length));
  await writeFile(path, Buffer.concat([size, header, bytes.subarray(8 + length)]));
}

const resumed = (out: string, more: Partial<TrainOptions> = {}, { home, embedded, dataFolder } = options) =>
  train({ base: "", data: [], home, embedded, dataFolder, ...more, out: at(out), resume: true }, { log: silentLog });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-resume-"));
  options = {
    ...(await writeTinyTraining(folder)),
    validation: "0.2",
    rank: 2,
    targets: ["q_proj"],
    batchSize: 2,
    maxLength: 32,
    steps: 8,
    saveEvery: 0,
  };
  await train({ ...options, out: at("through") }, { log: silentLog });
  through = await weights("through");
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("resume", () => {
  test("needs neither the options nor the data of the original training", async () => {
    await stopped("alone");
    await cp(at("rows.jsonl"), at("kept.jsonl"));
    await rm(at("rows.jsonl"));
    expect((await resumed("alone")).steps).toBe(8);
    expect((await weights("alone")).equals(through)).toBe(true);
    expect((await readdir(folder)).filter((name) => name.includes(".alone"))).toEqual([]);
    await cp(at("kept.jsonl"), at("rows.jsonl"));
  });

  test("tells the losses of the steps before, which are those of an uninterrupted training", async () => {
    const told: TrainOutline[] = [];
    const steps: StepLoss[] = [];
    const control = {
      log: silentLog,
      onOutline: (outline: TrainOutline) => void told.push(outline),
      onProgress: ({ step, loss }: StepLoss) => void steps.push({ step, loss }),
    };
    await train({ ...options, out: at("whole") }, control);
    expect(told[0]?.losses).toBeUndefined();
    const whole = steps.splice(0);
    await stopped("losses");
    await stopped("losses", 5, { resume: true });
    await train({ ...options, out: at("losses"), resume: true }, control);
    expect([...(told[1]?.losses?.training ?? []), ...steps]).toEqual(whole);
    expect(told[1]?.losses?.validation[0]?.step).toBe(0);
  });

  test("works after the data was edited, with the same options given again", async () => {
    await stopped("edited");
    await writeFile(at("rows.jsonl"), rows(500));
    await resumed("edited", options);
    expect((await weights("edited")).equals(through)).toBe(true);
    await writeFile(at("rows.jsonl"), rows(0));
  });

  test("names the options that differ, and keeps the training", async () => {
    await stopped("other");
    const refused = resumed("other", { rank: 4, data: [at("tiny")] });
    await expect(refused).rejects.toMatchObject({
      code: "checkpoint-mismatch",
      message: expect.stringMatching(/data was .*rows\.jsonl and is now .*tiny, rank was 2 and is now 4/),
    });
    await resumed("other");
    expect((await weights("other")).equals(through)).toBe(true);
  });

  test("refuses another base, and resumes with its own", async () => {
    await stopped("based");
    await importBase({ source: at("tiny"), home: at("home"), name: "rival", bits: 4 });
    await expect(resumed("based", { base: "rival" })).rejects.toMatchObject({
      code: "checkpoint-mismatch",
      message: expect.stringContaining("base was mine and is now rival"),
    });
    await resumed("based");
    expect((await weights("based")).equals(through)).toBe(true);
  });

  test("reports a missing base, keeps the training, and resumes once the base is back", async () => {
    await stopped("homeless");
    await cp(at("home", "bases", "mine"), at("backup"), { recursive: true });
    await rm(at("home", "bases", "mine"), { recursive: true });
    await expect(resumed("homeless")).rejects.toMatchObject({ code: "base-missing" });
    await cp(at("backup"), at("home", "bases", "mine"), { recursive: true });
    await resumed("homeless");
    expect((await weights("homeless")).equals(through)).toBe(true);
  });

  test("a start that fails leaves the unfinished training as it was", async () => {
    await stopped("failing");
    const before = (await readdir(at(".failing.training"))).sort();
    expect(before).toEqual(["checkpoint.safetensors", expect.stringMatching(/^data-/), "run.json"]);
    await writeFile(at("empty.jsonl"), "{}\n");
    const start = train({ ...options, data: [at("empty.jsonl")], out: at("failing") }, { log: silentLog });
    await expect(start).rejects.toMatchObject({ code: "data-empty" });
    await expect(train({ ...options, base: "absent", out: at("failing") }, { log: silentLog })).rejects.toMatchObject({
      code: "base-missing",
    });
    expect((await readdir(at(".failing.training"))).sort()).toEqual(before);
    await resumed("failing");
    expect((await weights("failing")).equals(through)).toBe(true);
  });

  test("reports damaged token files instead of training on them", async () => {
    await stopped("damaged");
    const data = (await readdir(at(".damaged.training"))).find((name) => name.startsWith("data-"));
    await writeFile(at(".damaged.training", data!, "training.tokens"), "cut");
    await expect(resumed("damaged")).rejects.toMatchObject({ code: "tokens-damaged" });
  });

  test("tells token files whose size alone is right", async () => {
    await stopped("changed");
    const data = (await readdir(at(".changed.training"))).find((name) => name.startsWith("data-"));
    const path = at(".changed.training", data!, "training.tokens");
    const bytes = await readFile(path);
    bytes.writeInt32LE(999_999, 8);
    await writeFile(path, bytes);
    await expect(resumed("changed")).rejects.toMatchObject({ code: "tokens-damaged" });
  });

  type Header = { state: { step: number }; shape: { rows: number; length: number } };
  test.each<[string, (header: Header) => void]>([
    ["a step beyond the plan", ({ state }) => (state.step = 99_999)],
    ["no rows", ({ shape }) => (shape.rows = 0)],
    ["a negative shape", ({ shape }) => Object.assign(shape, { rows: -1, length: -5 })],
    ["a huge shape", ({ shape }) => Object.assign(shape, { rows: 10 ** 7, length: 10 ** 6 })],
  ])("refuses a checkpoint with %s", async (_, change) => {
    await damagedCheckpoint("impossible", (tensors) => {
      const metadata = tensors["__metadata__"] as { graft: string };
      const header = JSON.parse(metadata.graft) as Header;
      change(header);
      metadata.graft = JSON.stringify(header);
    });
    await expect(resumed("impossible")).rejects.toMatchObject({ code: "checkpoint-invalid" });
  });

  test.each(["value:", "adam"])("refuses a checkpoint whose first tensor %s… is renamed", async (prefix) => {
    await damagedCheckpoint("renamed", (tensors) => {
      const name = Object.keys(tensors).find((key) => key.startsWith(prefix)) ?? Object.keys(tensors).at(-1)!;
      tensors["zzz"] = tensors[name];
      delete tensors[name];
    });
    await expect(resumed("renamed")).rejects.toMatchObject({ code: "checkpoint-invalid" });
  });

  test.each([{ rank: 7 }, { method: "prefix", virtualTokens: 4 }])("refuses a run with %o", async (more) => {
    await stopped("unlike");
    const path = at(".unlike.training", "run.json");
    const run = JSON.parse(await readFile(path, "utf8")) as { settings: object };
    Object.assign(run.settings, more);
    await writeFile(path, JSON.stringify(run));
    await expect(resumed("unlike")).rejects.toMatchObject({ code: "run-invalid" });
  });
});

describe("finish", () => {
  const finished = async (out: string, more: Partial<TrainOptions>, step: number) => {
    const controller = new AbortController();
    const onProgress = (progress: { step: number }): void => void (progress.step === step && controller.abort());
    return await train(
      { ...options, ...more, out: at(out) },
      { log: silentLog, finish: controller.signal, onProgress },
    );
  };

  test("without validation, gives the same result as a training with that many steps", async () => {
    const plain = { validation: "0", schedule: "constant" } as const;
    await train({ ...options, ...plain, steps: 3, out: at("three") }, { log: silentLog });
    const result = await finished("asked", plain, 3);
    expect(result).toMatchObject({ steps: 3, plannedSteps: 8 });
    // The warm-up of either is one step.
    expect((await weights("asked")).equals(await weights("three"))).toBe(true);
    expect((await readdir(folder)).filter((name) => name.includes(".asked"))).toEqual([]);
  });

  test("keeps the best of the validations, the last step's included", async () => {
    const { steps, validationLoss } = await finished("best", { learningRate: 0.05 }, 3);
    expect(steps).toBe(3);
    expect(validationLoss!.best).toBeLessThanOrEqual(validationLoss!.last);
    expect(validationLoss!.last).not.toBe(validationLoss!.before);
  });

  test("makes an adapter of a training that was interrupted", async () => {
    await stopped("later", 4);
    const { home, embedded, dataFolder } = options;
    const again = { base: "", data: [], home, embedded, dataFolder, out: at("later"), resume: true };
    const result = await train(again, { log: silentLog, finish: AbortSignal.abort() });
    expect(result.steps).toBe(4);
    expect((await readdir(at("later"))).includes("adapter_model.safetensors")).toBe(true);
  });
});

describe("the least number of steps", () => {
  const outlineOf = async (out: string, more: Partial<TrainOptions>): Promise<TrainOutline> => {
    const controller = new AbortController();
    let outline: TrainOutline | undefined;
    const { steps: _, ...others } = options;
    const running = train(
      { ...others, ...more, out: at(out) },
      {
        log: silentLog,
        signal: controller.signal,
        onOutline: (told) => {
          outline = told;
          controller.abort();
        },
      },
    );
    await expect(running).rejects.toMatchObject({ name: "AbortError" });
    return outline!;
  };

  test("adds epochs for little data, unless epochs or the paper preset are given", async () => {
    expect(await outlineOf("raised", { batchSize: 8 })).toMatchObject({ steps: 60, epochs: 30, raised: true });
    expect(await outlineOf("epochs", { batchSize: 8, epochs: 3 })).toMatchObject({
      steps: 6,
      epochs: 3,
      raised: false,
    });
    expect(await outlineOf("paper", { batchSize: 8, preset: "paper" })).toMatchObject({ steps: 10, raised: false });
  });

  test("reports skipped rows of the data", async () => {
    await writeFile(at("bad.jsonl"), `${rows(0)}\n{}\nno JSON\n`);
    const { problems } = await outlineOf("bad", { data: [at("bad.jsonl")] });
    expect(problems.count).toBe(2);
    expect(english(problems.first!)).toContain("bad.jsonl:21: ");
  });
});
