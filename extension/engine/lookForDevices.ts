/** Probes the devices of which nothing is known yet, in the background of the completion process. */

import { isDeepStrictEqual } from "node:util";
import type { InstalledBase } from "../core/baseModels/installedBase.ts";
import { choosePlacements, unknownDevices, type ChooseOptions } from "../core/devices/placements.ts";
import { probeDevices } from "../core/devices/probeDevices.ts";
import { silentLog, type Log } from "../core/foundation/log.ts";
import { onCpu, type Device, type Placement } from "../core/runtime/device.ts";
import { probeApart } from "./probeApart.ts";

/** Calls `found` if completions should move to another device now. Failures end in the log. */
export async function lookForDevices(
  choice: Omit<ChooseOptions, "log">,
  base: InstalledBase,
  { log, found }: { readonly log: Log; readonly found: (device: Device) => void },
): Promise<void> {
  try {
    const devices = await unknownDevices(choice);
    if (devices.length === 0) return;
    const chosen = (): Promise<readonly Placement[]> => choosePlacements({ ...choice, log: silentLog });
    const before = await chosen();
    const { home } = choice;
    const probe = probeApart({ entry: process.argv[1]!, home, base, log });
    await probeDevices({ home, base, devices, probe, log });
    const after = await chosen();
    if (!isDeepStrictEqual(after, before)) found((after[0] ?? onCpu).device);
  } catch (error) {
    log.warn(`The devices of this machine could not be measured: ${String(error)}`);
  }
}
