/** A training that is held back, in its own process, with a real base. */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { silentLog } from "../../extension/core/foundation/log.ts";
import type { TrainOptions } from "../../extension/core/training/trainRequest.ts";
import { trainWork, type TrainingNews } from "../../extension/engine/protocol/training.ts";
import { workApart, type Hold } from "../../extension/engine/workApart.ts";
import { writeTinyTraining } from "../core/training/tinyTraining.ts";

const engine = { entry: join(import.meta.dirname, "trainingEngine.ts"), log: silentLog };
let folder: string;
let options: Omit<TrainOptions, "out">;
const at = (...path: string[]): string => join(folder, ...path);
const weights = (out: string): Promise<Buffer> => readFile(at(out, "adapter_model.safetensors"));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-held-"));
  options = { ...(await writeTinyTraining(folder)), validation: "0.2", batchSize: 2, maxLength: 32, steps: 12 };
  await train("through", {});
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Watching {
  hold?: Hold;
  signal?: AbortSignal;
  resume?: boolean;
  onNews?: (news: TrainingNews) => void;
}

async function train(out: string, { hold, signal, resume = false, onNews = () => {} }: Watching) {
  const control = { signal: signal ?? new AbortController().signal, hold, onProgress: onNews };
  return await workApart(trainWork, { ...options, out: at(out), resume }, engine, control);
}

/** An editor's side of the hold, controlled by the test. */
function handle(isHeld = false): Hold & { set(isHeld: boolean): void } {
  const events = new EventTarget();
  return {
    get isHeld() {
      return isHeld;
    },
    onDidChange(listener) {
      events.addEventListener("change", listener);
      return { dispose: () => events.removeEventListener("change", listener) };
    },
    set(next) {
      isHeld = next;
      events.dispatchEvent(new Event("change"));
    },
  };
}

describe("a training that is held back", { timeout: 60_000 }, () => {
  test("waits, tells it, and then gives the bytes of one that was not", async () => {
    const hold = handle();
    const told: string[] = [];
    let stepsWhileWaiting = 0;
    await train("held", {
      hold,
      onNews(news) {
        if ("training" in news) {
          if (told.at(-1) === "waits") stepsWhileWaiting++;
          if (news.training.step % 3 === 0) hold.set(true);
        }
        if (!("waiting" in news)) return;
        told.push(news.waiting ? "waits" : "goes on");
        if (news.waiting) void sleep(100).then(() => hold.set(false));
      },
    });
    expect(told.slice(0, 4)).toEqual(["waits", "goes on", "waits", "goes on"]);
    expect(stepsWhileWaiting).toBe(0);
    expect((await weights("held")).equals(await weights("through"))).toBe(true);
  });

  test("from before it begins, reads and trains nothing until it may", async () => {
    const hold = handle(true);
    const kinds = new Set<string>();
    await train("late", {
      hold,
      onNews(news) {
        if ("waiting" in news && news.waiting) {
          kinds.delete("waiting");
          expect([...kinds]).toEqual([]);
          setTimeout(() => hold.set(false), 100);
        }
        for (const kind of Object.keys(news)) kinds.add(kind);
      },
    });
    expect(kinds.has("training")).toBe(true);
    expect((await weights("late")).equals(await weights("through"))).toBe(true);
  });

  test("is cancelled while it waits, and resumed gives the same bytes", async () => {
    const hold = handle();
    const controller = new AbortController();
    const cancelled = train("cancelled", {
      hold,
      signal: controller.signal,
      onNews(news) {
        if ("training" in news && news.training.step === 5) hold.set(true);
        if ("waiting" in news && news.waiting) controller.abort();
      },
    });
    await expect(cancelled).rejects.toMatchObject({ name: "AbortError" });
    await expect(weights("cancelled")).rejects.toMatchObject({ code: "ENOENT" });
    await train("cancelled", { resume: true });
    expect((await weights("cancelled")).equals(await weights("through"))).toBe(true);
  });
});
