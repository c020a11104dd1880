/** graft devices */

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { InstalledBase } from "../../core/baseModels/installedBase.ts";
import { forgetDevice, readKnownDevices, type Finding } from "../../core/devices/knownDevices.ts";
import { machineFacts, type MachineFacts } from "../../core/devices/machineFacts.ts";
import { unknownDevices } from "../../core/devices/placements.ts";
import { measureCpu } from "../../core/devices/measureDevice.ts";
import { probeDevices } from "../../core/devices/probeDevices.ts";
import { surveyDevices, type DeviceState } from "../../core/devices/surveyDevices.ts";
import { deviceNames, type Device } from "../../core/runtime/device.ts";
import { probeApart } from "../../engine/probeApart.ts";
import { openNamedBase, type Context } from "../context.ts";
import { aligned } from "../output.ts";

export interface DevicesFlags {
  readonly base: string;
  /** Measures devices again that have been measured before. */
  readonly again?: boolean;
}

/** A device, as the command lists it. */
interface Listed {
  readonly name: Device;
  readonly usable: boolean;
  /** Why it is not usable, and what to do; empty if it is. */
  readonly reason: string;
  /** The GPU; empty if the system does not report it. */
  readonly adapter: string;
  readonly decodeTokensPerSecond: number | null;
  readonly prefillTokensPerSecond: number | null;
  readonly completion: boolean;
  readonly training: boolean;
}

export async function devicesCommand({ base: name, again = false }: DevicesFlags, context: Context): Promise<void> {
  const { output } = context;
  const base = await openNamedBase(name, context);
  const findings = await measured(base, again, context);
  const facts = machineFacts();
  const devices = (await surveyDevices(context.places.home, facts)).map((state) => listed(state, findings, facts));
  const cpu = devices.find((one) => one.name === "cpu");
  if (cpu?.decodeTokensPerSecond === null) Object.assign(cpu, await measureCpu(base));
  const rows = devices.map((one) => {
    const abilities = one.usable ? `completion${one.training ? ", training" : ""}` : "not usable";
    return [deviceNames[one.name], abilities, speedText(one), one.adapter, one.reason].map(String);
  });
  output.result({ base: base.name, devices }, aligned(rows).join("\n"));
}

/** Probes the devices that can be tried and are not known yet, and returns the findings of all devices. */
export async function measured(
  base: InstalledBase,
  again: boolean,
  { places: { home }, output: { log }, signal }: Context,
  only?: string,
): Promise<ReadonlyMap<Device, Finding>> {
  const states = await surveyDevices(home, machineFacts());
  const tried = states.filter(({ device, missing }) => device !== "cpu" && missing === undefined);
  if (again) for (const { device } of tried) await forgetDevice(home, device);
  const unknown = await unknownDevices({ device: "auto", home, base: base.hash });
  const devices = unknown.filter((device) => only === undefined || device === only);
  const probe = probeApart({ entry: engineEntry(), home, base, log, signal });
  await probeDevices({ home, base, devices, probe, log });
  const known = await readKnownDevices(home, machineFacts());
  return new Map(
    tried.flatMap(({ device }) => {
      const finding = known.find(base.hash, device);
      return finding ? [[device, finding] as const] : [];
    }),
  );
}

/**
 * Probes a device that a flag names, if nothing is known of it yet: a device that computes wrong results is not used.
 *
 * @param base a base, or its name
 */
export async function probeNamed(device = "auto", base: InstalledBase | string, context: Context): Promise<void> {
  if (device === "auto" || device === "cpu") return;
  const opened = typeof base === "string" ? await openNamedBase(base, context) : base;
  await measured(opened, false, context, device);
}

/** Returns the engine's bundle next to this one, or its source if this is a source. */
function engineEntry(): string {
  const bundle = join(import.meta.dirname, "engine.js");
  return existsSync(bundle) ? bundle : join(import.meta.dirname, "..", "..", "engine", "server.ts");
}

/**
 * Devices that can train. WebGPU has been tested for it with a software driver. On CUDA, ONNX Runtime computes on the CPU what has no
 * kernel there; training on it is untested.
 */
const trains: ReadonlySet<Device> = new Set(["cpu", "cuda", "webgpu"]);

function listed(
  { device, missing, remedy = "" }: DeviceState,
  findings: ReadonlyMap<Device, Finding>,
  { adapters }: MachineFacts,
): Listed {
  const finding = findings.get(device);
  const speed = device === "cpu" ? cpuSpeed(findings) : finding?.kind === "works" ? finding.speed : undefined;
  const usable = device === "cpu" || finding?.kind === "works";
  const why =
    missing === undefined ? (finding?.kind === "fails" ? finding.reason : "") : `${missing}. ${remedy}`.trim();
  return {
    name: device,
    usable,
    reason: usable ? "" : why,
    adapter: device === "cpu" || !usable ? "" : adapters.join(", "),
    decodeTokensPerSecond: speed?.decodeTokensPerSecond ?? null,
    prefillTokensPerSecond: speed?.prefillTokensPerSecond ?? null,
    completion: usable,
    training: usable && trains.has(device),
  };
}

/** Each probe has measured the CPU, too. */
function cpuSpeed(findings: ReadonlyMap<Device, Finding>) {
  return [...findings.values()].flatMap((one) => (one.kind === "works" ? [one.cpu] : []))[0];
}

function speedText({ decodeTokensPerSecond: decode, prefillTokensPerSecond: prefill }: Listed): string {
  if (decode === null || prefill === null) return "";
  return `${Number(decode.toPrecision(3))} tokens/s, prefill ${Number(prefill.toPrecision(3))}`;
}
