/** Probes devices that are not known yet, one after the other, and remembers the findings. Each probe runs in its own process. */

import type { InstalledBase } from "../baseModels/installedBase.ts";
import { isCancelled, UserError } from "../foundation/errors.ts";
import type { Log } from "../foundation/log.ts";
import { deviceNames, type Device } from "../runtime/device.ts";
import { rememberDevice, type Finding } from "./knownDevices.ts";
import { machineFacts } from "./machineFacts.ts";

/** Measures one device in a process of its own. @throws UserError "engine-stopped" if the process dies or hangs */
export type Probe = (device: Device) => Promise<Finding>;

export interface ProbeOptions {
  readonly home: string;
  readonly base: Pick<InstalledBase, "hash" | "name">;
  readonly devices: readonly Device[];
  readonly probe: Probe;
  readonly log: Log;
}

/** Returns the findings by device. A probe that crashes, hangs or fails is a finding, too, so it is not repeated. */
export async function probeDevices(options: ProbeOptions): Promise<ReadonlyMap<Device, Finding>> {
  const { home, base, devices, probe, log } = options;
  const findings = new Map<Device, Finding>();
  for (const device of devices) {
    const finding = await probe(device).catch((error: unknown): Finding => {
      if (isCancelled(error)) throw error;
      if (!(error instanceof UserError)) throw error;
      return { kind: "fails", reason: error.message };
    });
    findings.set(device, finding);
    await rememberDevice(home, machineFacts(), { base: base.hash, device, finding });
    log.info(`${deviceNames[device]} with ${base.name}: ${inWords(finding)}`);
  }
  return findings;
}

/** "41 tokens/s (CPU 30)", or the reason. */
function inWords(finding: Finding): string {
  if (finding.kind === "fails") return `not usable. ${finding.reason}`;
  const [own, cpu] = [finding.speed, finding.cpu].map(({ decodeTokensPerSecond }) => rounded(decodeTokensPerSecond));
  return `${own} tokens/s (CPU ${cpu})`;
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
