/** Trainings that are killed at any moment, by the clock or at a change to the disk, and then resume. */

import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readAdapter } from "../../../extension/core/adapters/formats/peftFolder.ts";
import { seededRandom } from "../../../extension/core/foundation/random.ts";
import { checkpointFile, hasCheckpoint } from "../../../extension/core/training/output/checkpoint.ts";
import { recoverAdapters } from "../../../extension/core/training/output/outputFolder.ts";
import type { TrainOptions } from "../../../extension/core/training/trainRequest.ts";
import { openSafetensors } from "../../../extension/core/weights/safetensors.ts";
import { writeTinyCheckpoint } from "../baseModels/tinyCheckpoint.ts";
import type { Order, Outcome } from "./mortalTraining.ts";

const kills = 100;

let folder: string;
let options: Omit<TrainOptions, "out">;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-killed-"));
  await writeTinyCheckpoint(join(folder, "tiny"));
  const pairs = Array.from({ length: 30 }, (_, i) => ({ intent: `add ${i}`, code: `x + ${i}` }));
  await writeFile(join(folder, "pairs.jsonl"), pairs.map((pair) => JSON.stringify(pair)).join("\n"));
  options = {
    base: join(folder, "tiny"),
    home: join(folder, "home"),
    embedded: "",
    dataFolder: "",
    data: [join(folder, "pairs.jsonl")],
    validation: "0.2",
    rank: 2,
    targets: ["q_proj", "down_proj"],
    batchSize: 2,
    maxLength: 32,
    steps: 16,
    saveEvery: 0,
  };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Loading takes longer than training here, so the next process does it while the one before trains. */
async function* processes(): AsyncGenerator<ChildProcess, never> {
  const start = (): ChildProcess => fork(join(import.meta.dirname, "mortalTraining.ts"), { execArgv: [] });
  let next = start();
  try {
    for (;;) {
      const child = next;
      await once(child, "message");
      next = start();
      yield child;
    }
  } finally {
    next.kill("SIGKILL");
  }
}

/** Returns how the training ended; undefined if it was killed, after this many milliseconds or as its order says. */
async function run(child: ChildProcess, order: Order, milliseconds = Infinity): Promise<Outcome | undefined> {
  let outcome: Outcome | undefined;
  child.on("message", (told: Outcome) => (outcome = told));
  // The last message may arrive after the exit, but not after the channel is closed.
  const end = Promise.all([once(child, "exit"), once(child, "disconnect")]);
  child.send(order);
  if (milliseconds < Infinity) {
    await Promise.race([end, wait(milliseconds)]);
    child.kill("SIGKILL");
  }
  await end;
  return outcome;
}

test(
  `a training that is killed ${kills} times stays whole and ends with the same bytes as one that is not`,
  { timeout: 600_000 },
  async () => {
    const random = seededRandom(20, "kills");
    const pool = processes();
    const next = async (): Promise<ChildProcess> => (await pool.next()).value;
    const weights = (name: string) => readFile(join(folder, "out", name, "adapter_model.safetensors"));
    const lives = { fate: "lives", atChange: 0 } as const;

    // This training is not killed. Its duration and its number of changes are the scale for the others.
    await run(await next(), { ...lives, options: { ...options, steps: 1, out: join(folder, "out", "mine") } });
    const begun = performance.now();
    const { changes } = (await run(await next(), {
      ...lives,
      options: { ...options, out: join(folder, "out", "whole") },
    }))!;
    const duration = performance.now() - begun;
    const expected = await weights("whole");

    // An existing adapter must stay in place until the new one is there.
    await cp(join(folder, "out", "mine"), join(folder, "old"), { recursive: true });
    const old = await weights("mine");
    expect(old.equals(expected)).toBe(false);

    const out = join(folder, "out", "mine");
    const workFolder = join(folder, "out", ".mine.training");
    const count = { clock: 0, dies: 0, "disk full": 0, finished: 0 };
    while (count.clock + count.dies < kills) {
      const kind = (["clock", "clock", "dies", "dies", "disk full"] as const)[random.integer(5)]!;
      const outcome = await run(
        await next(),
        {
          options: { ...options, resume: await hasCheckpoint(workFolder), out },
          fate: kind === "clock" ? "lives" : kind,
          atChange: 1 + random.integer(changes / 2),
        },
        kind === "clock" ? random.next() * 0.7 * duration : Infinity,
      );
      if (outcome && !outcome.error) {
        count.finished++;
        expect((await weights("mine")).equals(expected)).toBe(true);
        expect((await readdir(join(folder, "out"))).sort()).toEqual(["mine", "whole"]);
        await rm(out, { recursive: true });
        await cp(join(folder, "old"), out, { recursive: true });
        continue;
      }
      expect(outcome?.error).toBe(kind === "disk full" ? "disk-full" : undefined);
      count[kind]++;
      if (await hasCheckpoint(workFolder)) await (await openSafetensors(join(workFolder, checkpointFile))).close();
      await recoverAdapters(join(folder, "out"));
      await readAdapter(out);
      const found = await weights("mine");
      expect(found.equals(old) || found.equals(expected)).toBe(true);
    }
    await pool.return(undefined as never);
    expect(count["disk full"]).toBeGreaterThan(5);
    expect(count.finished).toBeGreaterThan(1);
  },
);

test(
  "an adapter is whole, the old one or the new, at every change with which a training ends",
  { timeout: 300_000 },
  async () => {
    const pool = processes();
    const next = async (): Promise<ChildProcess> => (await pool.next()).value;
    const out = join(folder, "end", "mine");
    const weights = () => readFile(join(out, "adapter_model.safetensors"));
    const brief = { ...options, steps: 2, out };
    // The first training makes the adapter to be replaced. The second one shows what replaces it, and in how many changes.
    await run(await next(), { options: { ...brief, seed: 1 }, fate: "lives", atChange: 0 });
    await cp(out, join(folder, "before"), { recursive: true });
    const old = await weights();
    const { changes } = (await run(await next(), { options: brief, fate: "lives", atChange: 0 }))!;
    const expected = await weights();
    const seen = new Set<string>();
    for (let atChange = changes - 15; atChange <= changes; atChange++) {
      await rm(join(folder, "end"), { recursive: true });
      await cp(join(folder, "before"), out, { recursive: true });
      await run(await next(), { options: brief, fate: "dies", atChange });
      const present = (await readdir(join(folder, "end"))).includes("mine");
      await recoverAdapters(join(folder, "end"));
      await readAdapter(out);
      const found = await weights();
      expect(found.equals(old) || found.equals(expected)).toBe(true);
      seen.add(!present ? "none, until recovered" : found.equals(old) ? "old" : "new");
      if (!(await hasCheckpoint(join(folder, "end", ".mine.training")))) continue;
      await run(await next(), { options: { ...brief, resume: true }, fate: "lives", atChange: 0 });
      expect((await weights()).equals(expected)).toBe(true);
      expect(await readdir(join(folder, "end"))).toEqual(["mine"]);
    }
    await pool.return(undefined as never);
    expect([...seen].sort()).toEqual(["new", "none, until recovered", "old"]);
  },
);
