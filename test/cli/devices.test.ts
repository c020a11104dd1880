/** graft devices, --device and bench --device all: without a GPU, and on a software driver. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { needs } from "../needs.ts";
import { swiftShader, swiftShaderEnvironment, swiftShaderFolder } from "../swiftShader.ts";
import { writeTinyCheckpoint } from "../core/baseModels/tinyCheckpoint.ts";
import { run, type Outcome } from "./run.ts";

// A software driver compiles kernels for seconds.
vi.setConfig({ testTimeout: 400_000, hookTimeout: 90_000 });

let folder: string;
const nothing = { LD_LIBRARY_PATH: "", VK_DRIVER_FILES: "/no/driver.json" };
const graft = (environment: Record<string, string>, ...args: string[]): Promise<Outcome> =>
  run(args, { GRAFT_HOME: join(folder, "home"), ...nothing, ...environment });
const ids = ["--base", "tiny", "--ids", "5,9,2,7", "--json"];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-cli-devices-"));
  await writeTinyCheckpoint(join(folder, "tiny"));
  await graft({}, "import", join(folder, "tiny"), "--name", "tiny", "--bits", "32");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("without a driver", needs("Linux on x64", process.platform === "linux" && process.arch === "x64"), () => {
  test("the CPU has a speed, and the others a reason", async () => {
    const { code, result } = await graft({}, "devices", "--base", "tiny", "--json");
    expect(code).toBe(0);
    const devices = result["devices"] as Record<string, unknown>[];
    expect(devices.map(({ name, usable, training }) => [name, usable, training])).toEqual([
      ["cpu", true, true],
      ["cuda", false, false],
      ["directml", false, false],
      ["webgpu", false, false],
      ["coreml", false, false],
    ]);
    expect(devices[0]).toMatchObject({ reason: "", decodeTokensPerSecond: expect.any(Number) });
    expect(devices[4]).toMatchObject({
      reason: "ONNX Runtime has no Core ML on linux-x64.",
      decodeTokensPerSecond: null,
    });
  });

  test("a device that is not there is the CPU, with one warning", async () => {
    const expected = await graft({}, "logits", ...ids);
    const { code, result, stderr } = await graft({}, "logits", ...ids, "--device", "coreml");
    expect(code).toBe(0);
    expect(result["data"]).toBe(expected.result["data"]);
    expect(stderr).toBe(
      "warning: Cannot use Core ML: ONNX Runtime has no Core ML on linux-x64. Going on with the CPU.\n",
    );
  });

  test("another name is wrong usage", async () => {
    expect((await graft({}, "logits", ...ids, "--device", "gpu")).code).toBe(2);
  });
});

describe("on a software driver", needs(swiftShader, swiftShaderFolder !== undefined), () => {
  test("WebGPU is measured once, gives the CPU's logits, and is compared by bench", async () => {
    const driver = swiftShaderEnvironment();
    const { code, result, stderr } = await graft(driver, "logits", ...ids, "--device", "webgpu", "--verbose");
    expect({ code, probes: stderr.match(/^WebGPU with tiny: .* tokens\/s/gm)?.length }).toEqual({ code: 0, probes: 1 });
    const [cpu, webgpu] = [(await graft({}, "logits", ...ids)).result, result].map(floats);
    expect(Math.max(...cpu!.map((value, i) => Math.abs(webgpu![i]! - value)))).toBeLessThan(1e-4);
    const bench = await graft(driver, "bench", "prefill", "--base", "tiny", "--device", "all", "--json", "--verbose");
    // It has been measured before.
    expect(bench.stderr).not.toContain("WebGPU with tiny");
    expect((bench.result["rows"] as { name: string }[]).map(({ name }) => name)).toEqual([
      "CPU: prefill of 32 tokens",
      "WebGPU: prefill of 32 tokens",
    ]);
  });
});

function floats(result: Record<string, unknown>): Float32Array {
  const bytes = Buffer.from(result["data"] as string, "base64");
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}
