/** Measures what a decoding estimate needs to know about this machine, in a second or two on the embedded base. */

import type { MachineSpeed } from "../baseModels/decodeEstimate.ts";
import { resolveBase, type BasePlaces } from "../baseModels/resolveBase.ts";
import { openDecoder } from "../inference/tree/decoder.ts";
import { measureWeightSpeed } from "./weightSpeed.ts";
import { median } from "../foundation/numbers/median.ts";

export async function measureMachine(places: BasePlaces): Promise<MachineSpeed> {
  const bytesPerSecond = { int4: await measureWeightSpeed(4), int8: await measureWeightSpeed(8) };
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
    // The embedded base is stored in 8 bits.
    const own = median(seconds) - base.bytes / bytesPerSecond.int8;
    return { bytesPerSecond, secondsPerLayer: Math.max(0, own) / base.config.layers };
  } finally {
    await decoder.release();
  }
}
