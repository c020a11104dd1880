/** How positions are scaled, for heads and contexts of real sizes, against transformers. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as z from "zod";
import { readRotary, ropeFields } from "../../../extension/core/architectures/rope.ts";
import { relativeError } from "../graph/evaluate.ts";
import { fixtures } from "./fixtures.ts";

interface Case {
  readonly name: string;
  readonly parameters: { readonly rope_theta: number; readonly rope_type: string };
  readonly frequencies: readonly number[];
  readonly magnitude: number;
}

const cases = JSON.parse(readFileSync(join(fixtures, "rope.json"), "utf8")) as readonly Case[];
const schema = z.object({ max_position_embeddings: z.number(), ...ropeFields });

test.each(cases)("readRotary: $name", ({ parameters, frequencies, magnitude }) => {
  const { rope_theta, rope_type, ...others } = parameters;
  const since = { rope_parameters: parameters };
  const before = { rope_theta, rope_scaling: { type: rope_type, ...others } };
  for (const fields of [since, before]) {
    const rotary = readRotary(schema.parse({ max_position_embeddings: 16_384, ...fields }), 128);
    expect(relativeError(rotary.frequencies, frequencies)).toBeLessThan(1e-6);
    // Includes the slow frequencies, which matter most at long distances.
    for (const [i, frequency] of frequencies.entries()) expect(rotary.frequencies[i]! / frequency).toBeCloseTo(1, 5);
    expect(rotary.magnitude).toBeCloseTo(magnitude, 6);
    expect(rotary.interleaved).toBe(false);
  }
});
