/** Measures a device in a separate process, which is killed if it hangs. */

import type { InstalledBase } from "../core/baseModels/installedBase.ts";
import { cudaEnvironment } from "../core/devices/cuda/cudaEnvironment.ts";
import type { Probe } from "../core/devices/probeDevices.ts";
import { UserError } from "../core/foundation/errors.ts";
import type { Log } from "../core/foundation/log.ts";
import { say } from "../core/foundation/words/said.ts";
import { deviceNames } from "../core/runtime/device.ts";
import { startEngineProcess } from "./engineProcess.ts";
import { probeRequest } from "./protocol/probe.ts";

export interface ProbeApartOptions {
  /** The engine's bundle. */
  readonly entry: string;
  readonly home: string;
  readonly base: Pick<InstalledBase, "path" | "name" | "embedded">;
  readonly log: Log;
  readonly signal?: AbortSignal | undefined;
  /** Seconds after which a probe counts as hung. A slow driver compiles kernels for half a minute. */
  readonly patience?: number;
}

export function probeApart({ entry, home, base, log, signal, patience = 90 }: ProbeApartOptions): Probe {
  return async (device) => {
    signal?.throwIfAborted();
    // Only a probe of CUDA loads its libraries.
    const environment = device === "cuda" ? cudaEnvironment(home, device) : {};
    const process = startEngineProcess(entry, "probe", log, environment);
    const { path, name, embedded } = base;
    let timer: NodeJS.Timeout | undefined;
    const hung = new Promise<never>((_, reject) => {
      const message = say`${deviceNames[device]} did not answer within ${patience} seconds.`;
      const nextStep = say`It is looked at again with another driver or version.`;
      timer = setTimeout(() => reject(new UserError("device-failed", message, nextStep)), patience * 1000);
    });
    try {
      return await Promise.race([process.request(probeRequest, { path, name, embedded, device }, signal), hung]);
    } finally {
      clearTimeout(timer);
      process.kill();
    }
  };
}
