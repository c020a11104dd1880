/** A trial on the embedded base with an adapter that a test trains. */

import { mkdtemp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { resolveBase } from "../../../../extension/core/baseModels/resolveBase.ts";
import { drawTrialCode } from "../../../../extension/core/evaluation/trial/trialCode.ts";
import { runTrial } from "../../../../extension/core/evaluation/trial/runTrial.ts";
import { readHeldOut } from "../../../../extension/core/evaluation/suites/heldOut.ts";
import { silentLog } from "../../../../extension/core/foundation/log.ts";
import { openPythonParser } from "../../../../extension/core/python/pythonParser.ts";
import { heldOutSuite } from "../../../../extension/core/training/output/keptHeldOut.ts";
import { readTrainingReport } from "../../../../extension/core/training/output/trainingReport.ts";
import type { TrainOptions } from "../../../../extension/core/training/trainRequest.ts";
import { train } from "../../../../extension/core/training/train.ts";
import type { TrialProgress, TrialSubject } from "../../../../extension/core/training/trialReport.ts";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const root = join(import.meta.dirname, "../../../..");
let folder: string;
let options: Omit<TrainOptions, "out">;

/** A habit that no base can know; every file has its own names. */
const source = (i: number): string =>
  ["price", "stock", "label"]
    .map(
      (part) =>
        `def check_${part}_${i}(ledger):\n    entry = ledger.verify_entry("item ${i}", ${part.length})\n    return entry\n`,
    )
    .join("\n\n");

const sources = (count: number): TrialSubject["heldOut"] =>
  Array.from({ length: count }, (_, i) => ({ folder: null, path: `part${i}.py`, text: source(i) }));

/** Replaces the general code that ships with Graft, because short prompts are read quickly. */
const generalCode = Object.fromEntries(
  ["mean", "total", "largest", "smallest"].map((name) => [
    `${name}.py`,
    Array.from(
      { length: 8 },
      (_, i) => `def ${name}_${i}(numbers):\n    numbers = [n + ${i} for n in numbers]\n    return ${name}(numbers)\n`,
    ).join("\n\n"),
  ]),
);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-trial-"));
  await mkdir(join(folder, "ledger"));
  for (let i = 0; i < 12; i++) await writeFile(join(folder, "ledger", `part${i}.py`), source(i));
  const general = join(folder, "data", "general");
  await mkdir(general, { recursive: true });
  for (const [name, text] of Object.entries(generalCode)) await writeFile(join(general, name), text);
  options = {
    base: "",
    home: join(folder, "home"),
    embedded: join(root, "base"),
    dataFolder: "",
    shippedData: join(folder, "data"),
    data: [join(folder, "ledger")],
    validation: "0.2",
    steps: 8,
  };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("a training tries its adapter on the files that it held out, also after a stop in the trial and a resume", async () => {
  const out = join(folder, "adapters", "ledger");
  const told: TrialProgress[] = [];
  const pause = new AbortController();
  const stopped = train(
    { ...options, out },
    {
      log: silentLog,
      signal: pause.signal,
      trial: runTrial,
      onTrial: () => pause.abort(),
    },
  );
  await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
  expect(await readdir(join(folder, "adapters"))).toEqual([".ledger.training"]);
  await rm(join(folder, "ledger"), { recursive: true });

  const resumed = { ...options, base: "", data: [], resume: true, out };
  const { trial, adapter } = await train(resumed, {
    log: silentLog,
    trial: runTrial,
    onTrial: (progress) => void told.push(progress),
  });
  expect(trial!.files).toBe(2);
  expect(trial!.served.lines).toBeGreaterThan(5);
  expect(trial!.bodies!.bodies).toBe(6); // Two files of three functions.
  expect(trial!.served.bitsPerByte!.value).toBeLessThan(0); // It has learned something of their text.
  expect(trial!.general!.lines).toBeGreaterThan(40);
  expect([...trial!.best, ...trial!.worst].every(({ path }) => /^part\d+\.py$/.test(path))).toBe(true);
  expect(told.at(-1)!.done).toBe(told.at(-1)!.of);

  const report = await readTrainingReport(adapter);
  expect(report!.trial!.verdict).toBe(trial!.verdict);
  // The figures travel with the adapter, the code does not.
  expect(await readFile(join(adapter, "graft.json"), "utf8")).not.toContain("verify_entry");
  expect((await readdir(adapter)).toSorted()).toEqual([
    "adapter_config.json",
    "adapter_model.safetensors",
    "graft.json",
    "learned.json",
  ]);

  // What was held out stays on this machine, as a suite to compare the adapter on.
  const suite = await heldOutSuite(adapter, options.home);
  const { files } = await readHeldOut(suite!);
  expect(files).toHaveLength(2);
  expect(files.every(({ text }) => text.includes("verify_entry"))).toBe(true);
});

test("ends with what it has once there is enough", async () => {
  const base = await resolveBase("", { ...options, log: silentLog });
  const adapter = join(folder, "adapters", "ledger");
  const heldOut = sources(12);
  const subject: TrialSubject = { base, adapter, heldOut, seed: 42, trainingSeconds: 1, shippedData: undefined };
  const enough = new AbortController();
  const trial = await runTrial(subject, { log: silentLog, enough: enough.signal, onProgress: () => enough.abort() });
  expect(trial!.served.lines).toBe(20);
  expect(trial!.bodies).toBeUndefined();
  expect(trial!.served.bitsPerByte).toBeUndefined();
  expect(trial!.general).toBeUndefined();
  const nothing = await runTrial(
    { ...subject, heldOut: [{ folder: null, path: "a.py", text: "#\n" }] },
    { log: silentLog },
  );
  expect(nothing).toBeUndefined();
});

test("beside the adapter that it continues, half of the holes settle that nothing gets worse", async () => {
  const base = await resolveBase("", { ...options, log: silentLog });
  const adapter = join(folder, "adapters", "ledger");
  const heldOut = sources(8);
  const subject = {
    base,
    adapter,
    earlier: adapter,
    heldOut,
    seed: 42,
    trainingSeconds: 1000, // Long enough that no time limit ends the trial.
    shippedData: options.shippedData,
  };
  const told: TrialProgress[] = [];
  const trial = await runTrial(subject, { log: silentLog, onProgress: (progress) => void told.push(progress) });
  const own = await drawTrialCode(heldOut, await openPythonParser(), { lines: 200, bodies: 80, seed: 42 });
  const halfInTurns = (all: number): number => 20 * Math.ceil(all / 2 / 20);
  expect([own.lines.length, own.bodies.length].map(halfInTurns)).toEqual([trial!.served.lines, trial!.bodies!.bodies]);
  expect(own.lines.length).toBeGreaterThan(trial!.served.lines);
  expect(trial!.general!.lines).toBe(40);
  expect(trial!.alone).toBeUndefined();
  expect(trial).toMatchObject({ against: "adapter", served: { exact: { value: 0 } } });
  expect(trial!.forgets).toBeUndefined();
  expect(told.at(-1)!.done).toBe(told.at(-1)!.of);
});

test("a trial that fails costs no adapter, and none is tried if nothing was held out", async () => {
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (message: string) => void warnings.push(message) };
  await mkdir(join(folder, "ledger"), { recursive: true });
  for (let i = 0; i < 12; i++) await writeFile(join(folder, "ledger", `part${i}.py`), source(i));
  const failing = (): Promise<never> => Promise.reject(new Error("no room"));
  const first = await train({ ...options, steps: 1, out: join(folder, "failed") }, { log, trial: failing });
  expect(first.trial).toBeUndefined();
  expect(warnings.join()).toContain("no room");
  expect(await readdir(first.adapter)).toContain("adapter_model.safetensors");

  const { validation: _, ...others } = options;
  for (const more of [{ ...options, trial: false }, others]) {
    const result = await train({ ...more, steps: 1, out: join(folder, "untried") }, { log: silentLog, trial: failing });
    expect(result.trial).toBeUndefined();
  }
});
