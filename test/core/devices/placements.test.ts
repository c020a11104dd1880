/** Which device is tried, in which order, and what happens when one fails. */

import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { rememberDevice, readKnownDevices, type Finding } from "../../../extension/core/devices/knownDevices.ts";
import { machineFacts } from "../../../extension/core/devices/machineFacts.ts";
import { choosePlacements, unknownDevices, withFallback } from "../../../extension/core/devices/placements.ts";
import { probeDevices } from "../../../extension/core/devices/probeDevices.ts";
import { builtDevices, surveyDevices } from "../../../extension/core/devices/surveyDevices.ts";
import { cudaFolder, cudaVersion } from "../../../extension/core/devices/cuda/cudaLibraries.ts";
import { missingLibraries } from "../../../extension/core/devices/cuda/missingLibraries.ts";
import { UserError } from "../../../extension/core/foundation/errors.ts";
import { silentLog } from "../../../extension/core/foundation/log.ts";
import { platforms } from "../../../extension/core/foundation/platform.ts";
import { verbatim } from "../../../extension/core/foundation/words/said.ts";
import { DeviceFailure, onCpu, providerOf, type Placement } from "../../../extension/core/runtime/device.ts";
import { runtime } from "../../../extension/core/runtime/library.ts";
import { needs } from "../../needs.ts";
import lock from "../../../package-lock.json" with { type: "json" };

const isLinux = process.platform === "linux" && process.arch === "x64";
const base = "hash-of-a-base";
let home: string;

/** A machine with a Vulkan driver, judging by its files. */
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "graft-devices-"));
  const libraries = join(home, "libraries");
  await mkdir(libraries);
  await writeFile(join(libraries, "libvulkan.so.1"), "");
  await writeFile(join(home, "driver.json"), "{}");
  vi.stubEnv("LD_LIBRARY_PATH", libraries);
  vi.stubEnv("VK_DRIVER_FILES", join(home, "driver.json"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true, force: true });
});

function works(decode: number, cpu: number): Finding {
  const speed = (tokens: number) => ({ decodeTokensPerSecond: tokens, prefillTokensPerSecond: 10 * tokens });
  return { kind: "works", speed: speed(decode), cpu: speed(cpu), tokensPerRun: 256, divergence: 0 };
}

const remember = (finding: Finding): Promise<void> =>
  rememberDevice(home, machineFacts(), { base, device: "webgpu", finding });
const chosen = (device: "auto" | "webgpu" | "coreml", log = silentLog): Promise<readonly Placement[]> =>
  choosePlacements({ device, home, base, log });

describe("the devices of a platform", () => {
  test("are those of onnxruntime-node's build, and CUDA where Graft adds it", () => {
    expect(Object.keys(builtDevices).toSorted()).toEqual([...platforms].toSorted());
    const bundled = runtime.listSupportedBackends().filter((backend) => backend.bundled);
    const here = builtDevices[`${process.platform}-${process.arch}`]!.filter((device) => device !== "cuda");
    expect(here.map((device) => providerOf[device]).toSorted()).toEqual(bundled.map(({ name }) => name).toSorted());
  });

  test("the CUDA libraries are of the package's version", () => {
    expect(lock.packages["node_modules/onnxruntime-node"].version).toBe(cudaVersion);
  });

  test("what is missing is named, with a remedy", async () => {
    const vulkan = { hasLoader: false, hasDriver: false };
    const facts = { platform: "linux-x64", adapters: [], drivers: [], vulkan, missingForCuda: [] };
    const lack = async (changes: object, device: string) =>
      (await surveyDevices(home, { ...facts, ...changes })).find((state) => state.device === device);
    expect(await lack({}, "webgpu")).toMatchObject({ missing: expect.stringContaining("libvulkan.so.1") });
    expect(await lack({ vulkan: { hasLoader: true, hasDriver: false } }, "webgpu")).toMatchObject({
      missing: "no Vulkan driver is installed",
    });
    expect(await lack({}, "cuda")).toMatchObject({ missing: "there is no NVIDIA driver" });
    expect(await lack({ nvidiaDriver: "535.12" }, "cuda")).toMatchObject({
      missing: "NVIDIA's driver is 535.12; version 580 or newer is needed",
    });
    expect(await lack({ nvidiaDriver: "580.65.06" }, "cuda")).toMatchObject({
      missing: "ONNX Runtime's CUDA libraries are not set up",
      remedy: expect.stringContaining("graft devices install cuda"),
    });
    await mkdir(cudaFolder(home), { recursive: true });
    expect(await lack({ nvidiaDriver: "580.65.06" }, "cuda")).toEqual({ device: "cuda" });
    expect(await lack({ nvidiaDriver: "580.65.06", missingForCuda: ["libcublas.so.13"] }, "cuda")).toMatchObject({
      missing: "the loader does not find libcublas.so.13",
      remedy: expect.stringContaining("CUDA 13"),
    });
    expect(await lack({ platform: "win32-x64" }, "coreml")).toMatchObject({
      missing: "ONNX Runtime has no Core ML on win32-x64",
    });
  });
});

describe("missingLibraries", () => {
  test("looks at the loader's cache and at LD_LIBRARY_PATH", async () => {
    await writeFile(join(home, "cache"), "glibc-ld.so.cache1.1\0libcuda.so.1\0libcublas.so.13\0libcurand.so.10.4\0");
    await writeFile(join(home, "libcudart.so.13"), "");
    expect(missingLibraries({ LD_LIBRARY_PATH: `/nowhere:${home}` }, join(home, "cache"))).toEqual([
      "libcublasLt.so.13",
      "libcurand.so.10",
    ]);
    expect(missingLibraries({}, join(home, "no cache"))).toHaveLength(5);
  });
});

describe("choosePlacements", needs("Linux on x64", isLinux), () => {
  test("auto stays on the CPU until a device is known to be faster, and then keeps the CPU behind it", async () => {
    expect(await chosen("auto")).toEqual([onCpu]);
    await remember(works(10, 100));
    expect(await chosen("auto")).toEqual([onCpu]);
    await remember(works(105, 100));
    expect(await chosen("auto")).toEqual([onCpu]);
    await remember(works(300, 100));
    expect(await chosen("auto")).toEqual([{ device: "webgpu", tokensPerRun: 256 }, onCpu]);
    expect(await choosePlacements({ device: "auto", home, base, log: silentLog, without: ["webgpu"] })).toEqual([
      onCpu,
    ]);
    expect(await choosePlacements({ device: "auto", home, base: "another", log: silentLog })).toEqual([onCpu]);
  });

  test("a device that is asked for by name runs in short runs until it is measured", async () => {
    expect(await chosen("webgpu")).toEqual([{ device: "webgpu", tokensPerRun: 31 }, onCpu]);
    await remember(works(10, 100));
    expect(await chosen("webgpu")).toEqual([{ device: "webgpu", tokensPerRun: 256 }, onCpu]);
  });

  test("a device that is missing or failed its probe is the CPU, with the reason", async () => {
    const warn = vi.fn();
    expect(await chosen("coreml", { ...silentLog, warn })).toEqual([onCpu]);
    await remember({ kind: "fails", reason: "No supported adapters." });
    expect(await chosen("webgpu", { ...silentLog, warn })).toEqual([onCpu]);
    expect(warn.mock.calls.flat()).toEqual([
      "Cannot use Core ML: ONNX Runtime has no Core ML on linux-x64. Going on with the CPU.",
      "Cannot use WebGPU: No supported adapters. Going on with the CPU.",
    ]);
  });

  test("another driver makes it unknown again", async () => {
    await remember({ kind: "fails", reason: "It crashes." });
    expect(await unknownDevices({ device: "auto", home, base })).toEqual([]);
    await writeFile(join(home, "driver.json"), '{"version": 2}');
    expect(await unknownDevices({ device: "auto", home, base })).toEqual(["webgpu"]);
    await remember(works(1, 1));
    // The findings with the old driver are forgotten.
    const { findings } = JSON.parse(await readFile(join(home, "devices.json"), "utf8")) as { findings: unknown[] };
    expect(findings).toHaveLength(1);
  });

  test("takes little time, and a damaged file counts as empty", async () => {
    await remember(works(300, 100));
    await chosen("auto");
    const start = performance.now();
    await chosen("auto");
    expect(performance.now() - start).toBeLessThan(50);
    await writeFile(join(home, "devices.json"), '{"version": 1, "findings": [{"base"');
    expect(await chosen("auto")).toEqual([onCpu]);
  });
});

describe("probeDevices", () => {
  test("remembers a crash as a finding, so that it is not repeated", async () => {
    const info = vi.fn();
    const probe = () =>
      Promise.reject(new UserError("engine-stopped", verbatim("It ended (killed by SIGSEGV)."), verbatim("")));
    const asked = { home, base: { hash: base, name: "tiny" }, devices: ["webgpu"] as const, probe };
    await probeDevices({ ...asked, log: { ...silentLog, info } });
    expect(info.mock.calls.flat()).toEqual(["WebGPU with tiny: not usable. It ended (killed by SIGSEGV)."]);
    const known = await readKnownDevices(home, machineFacts());
    expect(known.find(base, "webgpu")).toEqual({ kind: "fails", reason: "It ended (killed by SIGSEGV)." });
  });

  test("a bug of ours is no finding", async () => {
    const probe = () => Promise.reject(new TypeError("undefined"));
    const asked = { home, base: { hash: base, name: "tiny" }, devices: ["webgpu"] as const, probe, log: silentLog };
    await expect(probeDevices(asked)).rejects.toThrow(TypeError);
    expect((await readKnownDevices(home, machineFacts())).find(base, "webgpu")).toBeUndefined();
  });
});

describe("withFallback", () => {
  const webgpu: Placement = { device: "webgpu", tokensPerRun: 31 };

  test("goes on with the next device, tells so once, and gives its result", async () => {
    const warn = vi.fn();
    const onFallback = vi.fn();
    const failure = new DeviceFailure(
      "webgpu",
      new Error("/src/a.cc:1 F(const T&) x == y was false. Device lost\nstack"),
    );
    const work = vi.fn(({ device }: Placement, isAgain: boolean) =>
      device === "webgpu" ? Promise.reject(failure) : Promise.resolve(`${device} ${isAgain}`),
    );
    expect(await withFallback([webgpu, onCpu], { log: { ...silentLog, warn }, onFallback }, work)).toBe("cpu true");
    expect(warn.mock.calls).toEqual([["Cannot continue on WebGPU: Device lost. Going on with the CPU."]]);
    expect(onFallback.mock.calls).toEqual([[failure, "cpu"]]);
  });

  test("other errors, and a failure of the last device, end the work", async () => {
    const bug = new Error("bug");
    const options = { log: silentLog };
    await expect(withFallback([webgpu, onCpu], options, () => Promise.reject(bug))).rejects.toBe(bug);
    const failure = new DeviceFailure("webgpu", "lost");
    await expect(withFallback([webgpu], options, () => Promise.reject(failure))).rejects.toBe(failure);
  });
});
