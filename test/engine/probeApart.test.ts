/** Probes against a fake provider process: one that works, crashes, hangs, runs out of memory. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { probeDevices } from "../../extension/core/devices/probeDevices.ts";
import { readKnownDevices, type Finding } from "../../extension/core/devices/knownDevices.ts";
import { machineFacts } from "../../extension/core/devices/machineFacts.ts";
import { cudaVariable } from "../../extension/core/runtime/cudaVariable.ts";
import { silentLog } from "../../extension/core/foundation/log.ts";
import { probeApart } from "../../extension/engine/probeApart.ts";

const entry = join(import.meta.dirname, "fakeEngine.ts");

let home: string;
beforeEach(async () => (home = await mkdtemp(join(tmpdir(), "graft-probe-"))));
afterEach(() => rm(home, { recursive: true, force: true }));

/** Probes WebGPU with a base whose name decides what the driver does, and returns the remembered finding. */
async function probed(name: string, patience?: number): Promise<{ finding: Finding | undefined; log: string[] }> {
  const log: string[] = [];
  const listening = { ...silentLog, info: (message: string) => log.push(message) };
  const base = { path: "/base", name, embedded: false, hash: name };
  const probe = probeApart({ entry, home, base, log: silentLog, ...(patience !== undefined && { patience }) });
  await probeDevices({ home, base, devices: ["webgpu"], probe, log: listening });
  return { finding: (await readKnownDevices(home, machineFacts())).find(name, "webgpu"), log };
}

describe("probeApart", () => {
  test("a device that works has a speed, and so has the CPU", async () => {
    const { finding, log } = await probed("tiny");
    expect(finding).toMatchObject({ kind: "works", speed: { decodeTokensPerSecond: 200 }, tokensPerRun: 256 });
    expect(log).toEqual(["WebGPU with tiny: 200 tokens/s (CPU 50)"]);
  });

  test("a crash is one line in the log, and the finding", async () => {
    const { finding, log } = await probed("crash");
    expect(finding).toMatchObject({ kind: "fails", reason: expect.stringContaining("killed by SIGSEGV") });
    expect(log).toHaveLength(1);
  });

  test("a probe that hangs is ended", async () => {
    const { finding } = await probed("hang", 1);
    expect(finding).toEqual({ kind: "fails", reason: "WebGPU did not answer within 1 seconds." });
  });

  test("WebGPU is probed without the CUDA libraries of the process that asks", async () => {
    vi.stubEnv(cudaVariable, "/libraries");
    const { finding } = await probed("libraries");
    vi.unstubAllEnvs();
    expect(finding).toEqual({ kind: "fails", reason: "CUDA's libraries: none" });
  });

  test("out of memory is the reason", async () => {
    expect((await probed("fail")).finding).toEqual({
      kind: "fails",
      reason: "Cannot continue on webgpu: out of memory.",
    });
  });
});
