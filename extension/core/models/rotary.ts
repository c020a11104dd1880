/** The angles of rotary position embedding (Su et al. 2021). */

import type { RotaryTables } from "../graph/primitives/rotary.ts";
import { constant } from "../graph/tensor.ts";
import type { ModelConfig } from "./config.ts";

/** cos and sin of position / theta^(2i/D), as [positions, D/2]: position p turns pair i by that angle. */
export function rotaryTables({
  contextLength,
  attention: { headSize },
  rotary: { theta },
}: ModelConfig): RotaryTables {
  const half = headSize / 2;
  const cosines = new Float32Array(contextLength * half);
  const sines = new Float32Array(contextLength * half);
  const frequencies = Array.from({ length: half }, (_, i) => theta ** ((-2 * i) / headSize));
  for (let position = 0; position < contextLength; position++) {
    for (const [i, frequency] of frequencies.entries()) {
      cosines[position * half + i] = Math.cos(position * frequency);
      sines[position * half + i] = Math.sin(position * frequency);
    }
  }
  return {
    cosines: constant(cosines, [contextLength, half]),
    sines: constant(sines, [contextLength, half]),
    interleaved: false,
  };
}
