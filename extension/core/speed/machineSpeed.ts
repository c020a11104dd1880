/** What an estimate of decoding needs to know of this machine, measured in a second or two on the embedded base. */

import type { MachineSpeed } from "../baseModels/decodeEstimate.ts";
import { resolveBase, type BasePlaces } from "../baseModels/resolveBase.ts";
import { openDecoder } from "../inference/tree/decoder.ts";
import { measureWeightSpeed } from "../runtime/weightSpeed.ts";

export async function measureMachine(places: BasePlaces): Promise<MachineSpeed> {
  const bytesPerSecond = await measureWeightSpeed();
  const base = await resolveBase("", places);
  const decoder = await openDecoder(base);
  try {
    await decoder.begin(Array.from({ length: 64 }, (_, i) => i));
    const seconds: number[] = [];
    for (let i = 0; i < 32; i++) {
      const start = performance.now();
      await decoder.extend([i]);
      seconds.push((performance.now() - start) / 1000);
    }
    // Its weights may stay in a cache: then they cost less, and a layer more than is said here, which is little.
    const own = Math.min(...seconds) - base.bytes / bytesPerSecond;
    return { bytesPerSecond, secondsPerLayer: Math.max(0, own) / base.config.layers };
  } finally {
    await decoder.release();
  }
}
