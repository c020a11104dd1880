import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { measureMachine } from "../../../extension/core/speed/machineSpeed.ts";

test("measures what is plausible of any machine, and soon", async () => {
  const home = await mkdtemp(join(tmpdir(), "graft-machine-"));
  try {
    const { bytesPerSecond, secondsPerLayer } = await measureMachine({
      home,
      embedded: join(import.meta.dirname, "../../../base"),
    });
    // From a loaded board computer to a server's caches.
    for (const speed of Object.values(bytesPerSecond)) {
      expect(speed).toBeGreaterThan(0.2e9);
      expect(speed).toBeLessThan(2e12);
    }
    expect(secondsPerLayer).toBeGreaterThanOrEqual(0);
    expect(secondsPerLayer).toBeLessThan(0.1);
  } finally {
    await rm(home, { recursive: true });
  }
});
