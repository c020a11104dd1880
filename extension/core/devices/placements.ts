/** Turns a choice of device into the devices to try, in order. The CPU is always the last. */

import type { Log } from "../foundation/log.ts";
import {
  deviceNames,
  DeviceFailure,
  devices,
  onCpu,
  shortRun,
  type Device,
  type DeviceChoice,
  type Placement,
} from "../runtime/device.ts";
import { readKnownDevices, type Finding, type KnownDevices, type Speed } from "./knownDevices.ts";
import { machineFacts } from "./machineFacts.ts";
import { surveyDevices, type DeviceState } from "./surveyDevices.ts";

export interface ChooseOptions {
  readonly device: DeviceChoice;
  /** The folder of Graft's data. */
  readonly home: string;
  /** The hash of the base. */
  readonly base: string;
  readonly log: Log;
  /** Devices that have just failed, and are not tried. */
  readonly without?: readonly Device[];
}

/** Returns the placements to try. Takes a few milliseconds: it reads one file, and measures nothing. */
export async function choosePlacements(options: ChooseOptions): Promise<readonly Placement[]> {
  const { device, home, base, log, without = [] } = options;
  if (device === "cpu") return [onCpu];
  const facts = machineFacts();
  const known = await readKnownDevices(home, facts);
  const states = (await surveyDevices(home, facts)).filter((state) => !without.includes(state.device));
  const chosen = device === "auto" ? fastest(states, known, base) : asked(device, states, known, base, log);
  return [...chosen, onCpu];
}

/** Does the same for adapters and scores. These should not depend on the machine's GPU, so "auto" means the CPU (decisions/0031). */
export async function reproduciblePlacements(options: ChooseOptions): Promise<readonly Placement[]> {
  return await choosePlacements({ ...options, device: options.device === "auto" ? "cpu" : options.device });
}

function asked(
  device: Device,
  states: readonly DeviceState[],
  known: KnownDevices,
  base: string,
  log: Log,
): Placement[] {
  const state = states.find((one) => one.device === device);
  if (!state) return [];
  if (state.missing !== undefined) {
    log.warn(
      `Cannot use ${deviceNames[device]}: ${state.missing}. Going on with the CPU. ${state.remedy ?? ""}`.trim(),
    );
    return [];
  }
  const finding = known.find(base, device);
  if (finding?.kind === "fails") {
    log.warn(`Cannot use ${deviceNames[device]}: ${finding.reason} Going on with the CPU.`);
    return [];
  }
  return [{ device, tokensPerRun: finding?.tokensPerRun ?? shortRun }];
}

/** A device must save a tenth of the time: less is within the variation of a measurement. */
const leastGain = 0.9;

function fastest(states: readonly DeviceState[], known: KnownDevices, base: string): Placement[] {
  return states
    .flatMap(({ device, missing }) => {
      const finding = missing === undefined && device !== "cpu" ? known.find(base, device) : undefined;
      return finding?.kind === "works" ? [{ device, finding }] : [];
    })
    .filter(({ finding }) => secondsOf(finding.speed) < leastGain * secondsOf(finding.cpu))
    .toSorted((a, b) => gainOf(a.finding) - gainOf(b.finding))
    .map(({ device, finding }) => ({ device, tokensPerRun: finding.tokensPerRun }));
}

/** The seconds of a usual completion: a keystroke reads a few tokens, and now and then a whole prompt; a line has ten tokens. */
function secondsOf({ decodeTokensPerSecond, prefillTokensPerSecond }: Speed): number {
  return 100 / prefillTokensPerSecond + 10 / decodeTokensPerSecond;
}

function gainOf({ speed, cpu }: Extract<Finding, { kind: "works" }>): number {
  return secondsOf(speed) / secondsOf(cpu);
}

/** Returns the devices that have yet to be probed for this base. */
export async function unknownDevices({
  device,
  home,
  base,
}: Pick<ChooseOptions, "device" | "home" | "base">): Promise<Device[]> {
  const facts = machineFacts();
  const known = await readKnownDevices(home, facts);
  const states = await surveyDevices(home, facts);
  return devices.filter((one) => {
    if (one === "cpu" || (device !== "auto" && device !== one)) return false;
    return states.find((state) => state.device === one)?.missing === undefined && !known.find(base, one);
  });
}

export interface FallbackOptions {
  readonly log: Log;
  /** Called when work moves to another device. */
  readonly onFallback?: (failure: DeviceFailure, next: Device) => void;
}

/**
 * Does `work` on the first placement. If that device fails, at the beginning or in the middle, does it again on the next.
 *
 * @param work receives whether it was started before, on another device
 */
export async function withFallback<T>(
  placements: readonly Placement[],
  { log, onFallback }: FallbackOptions,
  work: (placement: Placement, isAgain: boolean) => Promise<T>,
): Promise<T> {
  for (let i = 0; ; i++) {
    try {
      return await work(placements[i] ?? onCpu, i > 0);
    } catch (error) {
      const next = placements[i + 1]?.device;
      if (!(error instanceof DeviceFailure) || next === undefined) throw error;
      log.warn(`${error.message} Going on with the ${deviceNames[next]}.`);
      onFallback?.(error, next);
    }
  }
}
