import { mkdtemp, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkDisk, diskForParameters, freeDisk } from "../../../../extension/core/training/cost/diskPlan.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-disk-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("diskForParameters", () => {
  test("counts two checkpoints with all moments, and the adapter with its copy", () => {
    // Values, two moments and the best values, twice; then the adapter, twice.
    expect(diskForParameters(1e6, { optimizer: "adamw", isValidated: true })).toBe(10e6);
    expect(diskForParameters(1e6, { optimizer: "adamw", isValidated: false })).toBe(8e6);
    expect(diskForParameters(1e6, { optimizer: "adafactor", isValidated: true })).toBeLessThan(7e6);
  });
});

describe("freeDisk", () => {
  test("tells the space of the disk that a folder will be on", async () => {
    const { bavail, bsize } = await statfs(folder);
    const free = (await freeDisk(join(folder, "not", "there", "yet")))!;
    // Other programs write meanwhile.
    expect(Math.abs(free - bavail * bsize)).toBeLessThan(1e9);
  });
});

describe("checkDisk", () => {
  test("refuses with both values and a remedy", () => {
    expect(() => checkDisk("/adapters/shop", 31e6, 2.5e6)).toThrow(
      expect.objectContaining({
        code: "disk-full",
        message: "Cannot train into /adapters/shop: it needs about 31.0 MB of disk space, 2.5 MB are free.",
        nextStep: expect.stringContaining("Free some space") as string,
      }) as Error,
    );
  });

  test("lets pass what fits, and what a file system does not tell", () => {
    expect(() => checkDisk("/adapters/shop", 31e6, 31e6)).not.toThrow();
    expect(() => checkDisk("/adapters/shop", 31e6, undefined)).not.toThrow();
  });
});
