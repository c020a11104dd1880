import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { silentLog } from "../../extension/core/foundation/log.ts";
import type { TrainOptions } from "../../extension/core/training/trainRequest.ts";
import { trainWork } from "../../extension/engine/protocol/training.ts";
import { workApart } from "../../extension/engine/workApart.ts";

const engine = { entry: join(import.meta.dirname, "fakeEngine.ts"), log: silentLog };
let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), "graft-train-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const options = (name: string): TrainOptions => ({ out: join(folder, name) }) as TrainOptions;

describe("workApart", () => {
  test("reports progress, resolves with the result and leaves no process behind", async () => {
    const onProgress = vi.fn();
    const debug = vi.fn();
    const control = { signal: new AbortController().signal, onProgress };
    const result = await workApart(trainWork, options("done"), { ...engine, log: { ...silentLog, debug } }, control);
    expect(result).toMatchObject({ adapter: join(folder, "done") });
    expect(onProgress).toHaveBeenCalledWith(expect.objectContaining({ step: 1, steps: 2, loss: 3 }));
    await vi.waitFor(() => expect(debug).toHaveBeenCalledWith(expect.stringMatching(/process \d+ ended/)));
  });

  test("cancelling lets the training write its last checkpoint", async () => {
    const controller = new AbortController();
    const training = workApart(trainWork, options("slow"), engine, {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(training).rejects.toMatchObject({ name: "AbortError" });
    expect(existsSync(join(folder, "slow.checkpoint"))).toBe(true);
  });

  test.each(["before it has begun", "while it runs"])(
    "work that is asked to finish %s resolves with what it has",
    async (when) => {
      const finish = new AbortController();
      if (when === "before it has begun") finish.abort();
      const signal = new AbortController().signal;
      const control = { signal, finish: finish.signal, onProgress: () => finish.abort() };
      const result = await workApart(trainWork, options("endless"), engine, control);
      expect(result).toMatchObject({ adapter: join(folder, "endless") });
    },
  );

  test("a training whose process dies fails with a UserError that says how", async () => {
    const control = { signal: new AbortController().signal, onProgress: () => {} };
    await expect(workApart(trainWork, options("crash"), engine, control)).rejects.toMatchObject({
      code: "engine-stopped",
      message: expect.stringContaining("exit code 134"),
    });
  });
});
