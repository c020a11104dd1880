/** The version of NVIDIA's driver, from the kernel module or the library's name. */

import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { nvidiaDriver } from "../../../extension/core/devices/cuda/nvidiaDriver.ts";

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "graft-driver-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const found = (environment = {}): string | undefined =>
  nvidiaDriver(environment, { kernelModule: join(folder, "version"), loaderCache: join(folder, "cache") });

describe("nvidiaDriver", () => {
  test.each([
    ["closed", "NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.65.06  Sun Jul 27 07:19:06 UTC 2025\n"],
    ["open", "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build  (dvs-builder@U22)\n"],
  ])("reads the words of the %s kernel module", async (_, words) => {
    await writeFile(
      join(folder, "version"),
      `${words}GCC version:  gcc version 12.3.0 (Ubuntu 12.3.0-1ubuntu1~22.04)\n`,
    );
    expect(found()).toBe("580.65.06");
  });

  test("goes by the name of the library where the kernel module says nothing", async () => {
    expect(found()).toBeUndefined();
    await writeFile(join(folder, "libcuda.so.580.65.06"), "");
    await symlink("libcuda.so.580.65.06", join(folder, "libcuda.so.1"));
    expect(found({ LD_LIBRARY_PATH: `/nowhere:${folder}` })).toBe("580.65.06");
    await writeFile(join(folder, "cache"), `libcuda.so.1\0/gone/libc.so.6\0${folder}/libcuda.so.1\0/lib/libd.so.2\0`);
    expect(found()).toBe("580.65.06");
  });

  test("knows no version of a library whose name has none, as in WSL", async () => {
    await writeFile(join(folder, "libcuda.so.1"), "");
    expect(found({ LD_LIBRARY_PATH: folder })).toBeUndefined();
  });
});
