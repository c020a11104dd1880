/**
 * Detects whether this machine runs on its battery, without native code. An unknown state counts as mains power.
 *
 * Linux reports the state in files; on macOS and Windows, a system program prints it.
 */

import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

export interface PowerSource {
  readonly platform: NodeJS.Platform;
  /** Linux's folder of power supplies. */
  readonly supplies: string;
  /** Runs a program and returns what it prints. */
  readonly print: (program: string, options: readonly string[]) => Promise<string>;
}

/** GRAFT_POWER_SUPPLIES replaces the folder of the system. */
export function machinePower(environment: NodeJS.ProcessEnv = process.env): PowerSource {
  const supplies = environment["GRAFT_POWER_SUPPLIES"] || "/sys/class/power_supply";
  return { platform: process.platform, supplies, print };
}

/** Returns the seconds between two checks: a file costs nothing, Windows' PowerShell about half a second of one core. */
export function secondsBetween({ platform }: Pick<PowerSource, "platform">): number {
  return platform === "linux" ? 5 : platform === "win32" ? 60 : 20;
}

/** Never rejects. */
export async function onBattery({ platform, supplies, print }: PowerSource = machinePower()): Promise<boolean> {
  try {
    if (platform === "linux") return await linuxOnBattery(supplies);
    if (platform === "darwin") return macOnBattery(await print("/usr/bin/pmset", ["-g", "batt"]));
    if (platform === "win32") return windowsOnBattery(await print(powerShell, askWindows));
  } catch {
    return false;
  }
  return false;
}

/** Whether a battery discharges, and no other supply is connected. The batteries of mice and headsets have the scope "Device". */
async function linuxOnBattery(supplies: string): Promise<boolean> {
  const names = await readdir(supplies);
  const read = async (name: string, fact: string): Promise<string> =>
    (await readFile(join(supplies, name, fact), "utf8").catch(() => "")).trim();
  const found = await Promise.all(
    names.map(async (name) => ({
      type: await read(name, "type"),
      isOnline: (await read(name, "online")) === "1",
      isDischarging: (await read(name, "status")) === "Discharging",
      isOfDevice: (await read(name, "scope")) === "Device",
    })),
  );
  const own = found.filter(({ isOfDevice }) => !isOfDevice);
  const isConnected = own.some(({ type, isOnline }) => type !== "Battery" && isOnline);
  return !isConnected && own.some(({ type, isDischarging }) => type === "Battery" && isDischarging);
}

/** The first line reads, for example: Now drawing from 'Battery Power' */
function macOnBattery(printed: string): boolean {
  return /^Now drawing from 'Battery Power'/m.test(printed);
}

const powerShell = join(process.env["SystemRoot"] ?? "C:\\Windows", "System32/WindowsPowerShell/v1.0/powershell.exe");
const askWindows = [
  "-NoLogo",
  "-NoProfile",
  "-NonInteractive",
  "-Command",
  "(Get-CimInstance -ClassName Win32_Battery).BatteryStatus",
];

/** Each line is the status of a battery: 1 discharging, 4 low, 5 critical; with mains power, it is another number. */
function windowsOnBattery(printed: string): boolean {
  const states = printed.split(/\s+/).filter((state) => state !== "");
  return states.length > 0 && states.every((state) => ["1", "4", "5"].includes(state));
}

async function print(program: string, options: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, options, { timeout: 20_000, windowsHide: true });
  return stdout;
}
