/** The tables of rotary position embedding (Su et al. 2021). */

import type { RotaryTables } from "../graph/primitives/rotary.ts";
import { constant } from "../graph/tensor.ts";
import type { DecoderConfig } from "./config.ts";

/**
 * The limit of all contexts, in tokens. At this length, the tables of a head of size 128 take 16 MiB, and the prefill
 * takes minutes.
 */
export const longestContext = 32_768;

/**
 * Returns cos and sin of position · frequency, as [rows, pairs].
 *
 * @param rows at least one per position of the context; further rows are zeros
 */
export function rotaryTables({ contextLength, rotary }: DecoderConfig, rows = contextLength): RotaryTables {
  const { frequencies, magnitude, interleaved } = rotary;
  const pairs = frequencies.length;
  const cosines = new Float32Array(rows * pairs);
  const sines = new Float32Array(rows * pairs);
  for (let position = 0; position < contextLength; position++) {
    for (const [i, frequency] of frequencies.entries()) {
      cosines[position * pairs + i] = magnitude * Math.cos(position * frequency);
      sines[position * pairs + i] = magnitude * Math.sin(position * frequency);
    }
  }
  const shape = [rows, pairs];
  return { cosines: constant(cosines, shape), sines: constant(sines, shape), interleaved };
}
