/** Finds the version of NVIDIA's driver: from its kernel module, or else from the name of its library. */

import { existsSync, readFileSync, realpathSync } from "node:fs";
import { basename, delimiter, join } from "node:path";

export interface DriverPlaces {
  /** The file in which the kernel module states its version. A container may lack it. */
  readonly kernelModule: string;
  /** The loader's list of all libraries in its folders, with their paths. */
  readonly loaderCache: string;
}

const places: DriverPlaces = { kernelModule: "/proc/driver/nvidia/version", loaderCache: "/etc/ld.so.cache" };

const library = "libcuda.so.1";

/** Returns a version such as "580.65.06"; undefined without a driver. */
export function nvidiaDriver(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  { kernelModule, loaderCache }: DriverPlaces = places,
): string | undefined {
  // "… NVIDIA UNIX x86_64 Kernel Module  580.65.06  …", or "… NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  …"
  const said = /Kernel Module\b.*?\s(\d+(?:\.\d+)+)\s/.exec(textOf(kernelModule))?.[1];
  if (said !== undefined) return said;
  const folders = (environment["LD_LIBRARY_PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const cached = new RegExp(`/[^\\0]*/${library}(?=\\0)`).exec(textOf(loaderCache));
  const paths = [...folders.map((folder) => join(folder, library)), ...(cached ?? [])];
  const path = paths.find((one) => existsSync(one));
  // The driver installs libcuda.so.580.65.06, and a link to it.
  return path === undefined ? undefined : /\.so\.(\d+(?:\.\d+)+)$/.exec(basename(realpathSync(path)))?.[1];
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
