/** A device that fails in the middle of a training: the training continues from its checkpoint on the CPU, and learns the same. */

import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { silentLog } from "../../../extension/core/foundation/log.ts";
import { DeviceFailure } from "../../../extension/core/runtime/device.ts";
import { train } from "../../../extension/core/training/train.ts";
import type { TrainOptions } from "../../../extension/core/training/trainRequest.ts";
import { needs } from "../../needs.ts";
import { writeTinyTraining } from "./tinyTraining.ts";

const step = vi.hoisted(() => ({ opened: [] as string[], failsAfter: 0 }));

/** The real step on the CPU, which plays a GPU that is lost after some micro-batches. */
vi.mock(import("../../../extension/core/training/graph/trainingStep.ts"), async (original) => {
  const { openTrainingStep } = await original();
  const open: typeof openTrainingStep = async (base, spec, shape, { device, ...options }) => {
    step.opened.push(device ?? "cpu");
    const isGpu = device !== undefined && device !== "cpu";
    if (isGpu && step.failsAfter < 0) throw new DeviceFailure(device, "Out of memory.");
    const real = await openTrainingStep(base, spec, shape, options);
    let left = step.failsAfter;
    const run: typeof real.run = async (batch, noise) => {
      if (isGpu && left-- <= 0) throw new DeviceFailure(device, "Device lost.");
      return await real.run(batch, noise);
    };
    return { ...real, run };
  };
  return { openTrainingStep: open };
});

/** Measures nothing, because measuring opens steps, too. */
vi.mock(import("../../../extension/core/training/cost/machineTimes.ts"), async (original) => {
  const measuredTimes = { ofLayers: () => Promise.resolve(1), ofHead: () => Promise.resolve(0) };
  return { ...(await original()), measuredTimes };
});

let folder: string;
let options: Omit<TrainOptions, "out">;
const at = (...path: string[]): string => join(folder, ...path);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-fallback-"));
  options = { ...(await writeTinyTraining(folder)), steps: 12, batchSize: 4, saveEvery: 0, seed: 3 };
  await mkdir(at("libraries"));
  await writeFile(at("libraries", "libvulkan.so.1"), "");
  await writeFile(at("driver.json"), "{}");
  vi.stubEnv("LD_LIBRARY_PATH", at("libraries"));
  vi.stubEnv("VK_DRIVER_FILES", at("driver.json"));
});
afterEach(() => void (step.opened = []));
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const weights = (out: string): Promise<Buffer> => readFile(at(out, "adapter_model.safetensors"));

describe("a device that fails", needs("Linux on x64", process.platform === "linux" && process.arch === "x64"), () => {
  test.each([
    ["while it is opened", -1],
    ["in the middle", 7],
  ])("%s", async (name, failsAfter) => {
    await train({ ...options, out: at(`${name} cpu`) }, { log: silentLog });
    step.failsAfter = failsAfter;
    step.opened = [];
    const warn = vi.fn();
    const steps: number[] = [];
    const result = await train(
      { ...options, device: "webgpu", out: at(name) },
      { log: { ...silentLog, warn }, onProgress: (progress) => steps.push(progress.step) },
    );
    expect(step.opened).toEqual(["webgpu", "cpu"]);
    expect(result.steps).toBe(12);
    // No step is done twice.
    expect(steps).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect(warn.mock.calls.flat().filter((text) => String(text).startsWith("Cannot continue on"))).toHaveLength(1);
    expect((await weights(name)).equals(await weights(`${name} cpu`))).toBe(true);
  });
});
