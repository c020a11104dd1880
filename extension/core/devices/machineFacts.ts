/** The facts about this machine's GPUs and drivers that need no native code. Nothing here starts a process or takes time. */

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { release } from "node:os";
import { basename, delimiter, join } from "node:path";
import { missingLibraries } from "./cuda/missingLibraries.ts";
import { nvidiaDriver } from "./cuda/nvidiaDriver.ts";

export interface MachineFacts {
  /** Such as "linux-x64", in VS Code's names. */
  readonly platform: string;
  /** The names of the GPUs, as far as the system reports them. */
  readonly adapters: readonly string[];
  /** One line for each driver; a line changes with the driver. */
  readonly drivers: readonly string[];
  /** Whether a Vulkan loader is installed, and drivers for it; true where WebGPU needs none. */
  readonly vulkan: { readonly hasLoader: boolean; readonly hasDriver: boolean };
  /** NVIDIA's libraries that CUDA needs and the loader does not find. */
  readonly missingForCuda: readonly string[];
  /** The version of NVIDIA's driver, such as "580.65.06"; absent without one. */
  readonly nvidiaDriver?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

export function machineFacts(environment: Environment = process.env): MachineFacts {
  const platform = `${process.platform}-${process.arch}`;
  const system = `${process.platform} ${release()}`;
  if (process.platform === "linux") return { platform, ...linuxFacts(environment, system) };
  const drivers = process.platform === "win32" ? [system, ...driverStore(environment)] : [system];
  return { platform, adapters: [], drivers, vulkan: { hasLoader: true, hasDriver: true }, missingForCuda: [] };
}

function linuxFacts(environment: Environment, system: string): Omit<MachineFacts, "platform"> {
  const driver = nvidiaDriver(environment);
  const named = entriesOf("/proc/driver/nvidia/gpus").flatMap((gpu) => {
    const model = /Model:\s*(.+)/.exec(textOf(`/proc/driver/nvidia/gpus/${gpu}/information`))?.[1];
    return model === undefined ? [] : [model.trim()];
  });
  const icds = vulkanDrivers(environment);
  return {
    adapters: [...named, ...drmAdapters(named.length > 0)],
    drivers: [system, ...(driver === undefined ? [] : [`nvidia ${driver}`]), ...icds.map(stamped)],
    vulkan: { hasLoader: hasVulkanLoader(environment), hasDriver: icds.length > 0 },
    missingForCuda: missingLibraries(environment),
    ...(driver !== undefined && { nvidiaDriver: driver }),
  };
}

const vendors: Readonly<Record<string, string>> = { "0x10de": "NVIDIA", "0x1002": "AMD", "0x8086": "Intel" };

/** Returns the GPUs that the kernel drives; NVIDIA's own driver names its GPUs better. */
function drmAdapters(knowsNvidia: boolean): string[] {
  const cards = entriesOf("/sys/class/drm").filter((name) => /^card\d+$/.test(name));
  return cards.flatMap((card) => {
    const vendor = vendors[textOf(`/sys/class/drm/${card}/device/vendor`).trim()];
    if (vendor === undefined || (vendor === "NVIDIA" && knowsNvidia)) return [];
    return [`${vendor} GPU ${textOf(`/sys/class/drm/${card}/device/device`).trim()}`];
  });
}

/** The files by which Vulkan's loader finds drivers (its docs/LoaderDriverInterface.md). */
function vulkanDrivers(environment: Environment): string[] {
  const named = environment["VK_DRIVER_FILES"] || environment["VK_ICD_FILENAMES"];
  if (named) return named.split(delimiter).filter((path) => existsSync(path));
  const folders = [
    join(environment["XDG_DATA_HOME"] ?? join(environment["HOME"] ?? "/", ".local/share"), "vulkan/icd.d"),
    "/etc/vulkan/icd.d",
    "/usr/local/share/vulkan/icd.d",
    "/usr/share/vulkan/icd.d",
  ];
  return folders.flatMap((folder) => entriesOf(folder).map((name) => join(folder, name)));
}

const libraryFolders = [
  "/usr/lib/x86_64-linux-gnu",
  "/lib/x86_64-linux-gnu",
  "/usr/lib64",
  "/lib64",
  "/usr/lib",
  "/usr/local/lib",
];

function hasVulkanLoader(environment: Environment): boolean {
  const folders = [...(environment["LD_LIBRARY_PATH"] ?? "").split(delimiter), ...libraryFolders];
  return folders.some((folder) => folder !== "" && entriesOf(folder).includes("libvulkan.so.1"));
}

/** Windows keeps each driver package in a folder whose name ends with a hash of it. */
function driverStore(environment: Environment): string[] {
  const folder = join(environment["SystemRoot"] ?? "C:\\Windows", "System32", "DriverStore", "FileRepository");
  return entriesOf(folder).filter((name) => /^(nv|u\d|iigd|cui|igdlh|qcdx)/i.test(name));
}

function stamped(path: string): string {
  try {
    const { mtimeMs, size } = statSync(path);
    return `${basename(path)} ${size} ${Math.round(mtimeMs)}`;
  } catch {
    return basename(path);
  }
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
