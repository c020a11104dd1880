/** Reads the rotary settings of config.json, and computes the rotation frequency of each pair of a head. */

import * as z from "zod";
import type { Rotary } from "./config.ts";

const factor = z.number().min(1);
const original = z.int().positive().nullish();
const scalingSchema = z.discriminatedUnion(
  "rope_type",
  [
    z.object({ rope_type: z.literal("default") }),
    z.object({ rope_type: z.literal("linear"), factor }),
    // Has no effect below max_position_embeddings, and no sequence here is longer.
    z.object({ rope_type: z.literal("dynamic") }),
    z
      .object({
        rope_type: z.literal("llama3"),
        factor,
        low_freq_factor: z.number().positive(),
        high_freq_factor: z.number().positive(),
        original_max_position_embeddings: original,
      })
      .refine((c) => c.high_freq_factor > c.low_freq_factor, {
        message: "high_freq_factor must be larger than low_freq_factor",
      }),
    z.object({
      rope_type: z.literal("yarn"),
      factor,
      original_max_position_embeddings: original,
      attention_factor: z.number().positive().nullish(),
      beta_fast: z.number().positive().nullish(),
      beta_slow: z.number().positive().nullish(),
      mscale: z.number().nonnegative().nullish(),
      mscale_all_dim: z.number().nonnegative().nullish(),
      truncate: z.boolean().default(true),
    }),
  ],
  "rope_type must be default, linear, dynamic, llama3 or yarn",
);
type Scaling = z.infer<typeof scalingSchema>;

const theta = z.number().gt(1).nullish();
const parametersSchema = z.preprocess(
  // Before transformers 4.43, the field was called "type".
  (json) => (isRecord(json) ? { ...json, rope_type: json["rope_type"] ?? json["type"] ?? "default" } : json),
  z.intersection(
    scalingSchema,
    z.object({
      rope_theta: theta,
      partial_rotary_factor: z.literal(1, "partial rotation of heads is not supported").nullish(),
    }),
  ),
);

/** The rotary fields of a config: two before transformers 5, one since. */
export const ropeFields = {
  rope_theta: theta,
  rope_scaling: parametersSchema.nullish(),
  rope_parameters: parametersSchema.nullish(),
};

interface RopeFields extends z.infer<z.ZodObject<typeof ropeFields>> {
  readonly max_position_embeddings: number;
}

/** Returns the rotary settings for heads that rotate entirely, as transformers 5.23 does (modeling_rope_utils.py). */
export function readRotary(fields: RopeFields, headSize: number): Rotary {
  const given = fields.rope_scaling ?? fields.rope_parameters ?? { rope_type: "default" as const };
  const base = given.rope_theta ?? fields.rope_theta ?? 10_000;
  const plain = plainFrequencies(base, headSize);
  return { interleaved: false, ...scaled(given, plain, base, fields.max_position_embeddings) };
}

/** Returns the frequencies base^(-2i/size) of the pairs i of `size` elements, in radians per position (Su et al. 2021). */
export function plainFrequencies(base: number, size: number): number[] {
  return Array.from({ length: size / 2 }, (_, i) => base ** ((-2 * i) / size));
}

function scaled(
  scaling: Scaling,
  plain: readonly number[],
  base: number,
  contextLength: number,
): Pick<Rotary, "frequencies" | "magnitude"> {
  switch (scaling.rope_type) {
    case "default":
    case "dynamic":
      return { frequencies: plain, magnitude: 1 };
    case "linear":
      return { frequencies: plain.map((frequency) => frequency / scaling.factor), magnitude: 1 };
    case "llama3":
      return { frequencies: llama3(scaling, plain, contextLength), magnitude: 1 };
    case "yarn":
      return { frequencies: yarn(scaling, plain, base, contextLength), magnitude: yarnMagnitude(scaling) };
  }
}

/**
 * Llama 3.1: slows down pairs that rotate fewer than `low_freq_factor` times within the original context, with a soft
 * transition.
 */
function llama3(
  { factor, low_freq_factor, high_freq_factor, ...scaling }: Scaling & { rope_type: "llama3" },
  plain: readonly number[],
  contextLength: number,
): number[] {
  const length = scaling.original_max_position_embeddings ?? contextLength;
  return plain.map((frequency) => {
    const turns = (length * frequency) / (2 * Math.PI);
    const share = clamp((turns - low_freq_factor) / (high_freq_factor - low_freq_factor));
    return mix(frequency / factor, frequency, share);
  });
}

/** YaRN (Peng et al. 2023): fast pairs keep their frequency, slow pairs are slowed down, with a ramp in between. */
function yarn(
  { factor, ...scaling }: Scaling & { rope_type: "yarn" },
  plain: readonly number[],
  base: number,
  contextLength: number,
): number[] {
  const length = scaling.original_max_position_embeddings ?? contextLength;
  const size = 2 * plain.length;
  /** Returns the (fractional) index of the pair that makes this many turns within the original context. */
  const indexOf = (turns: number): number => (size * Math.log(length / (turns * 2 * Math.PI))) / (2 * Math.log(base));
  const [fast, slow] = [indexOf(scaling.beta_fast ?? 32), indexOf(scaling.beta_slow ?? 1)];
  const low = Math.max(0, scaling.truncate ? Math.floor(fast) : fast);
  const high = Math.min(size - 1, scaling.truncate ? Math.ceil(slow) : slow);
  const width = high === low ? 0.001 : high - low;
  return plain.map((frequency, i) => mix(frequency, frequency / factor, clamp((i - low) / width)));
}

function yarnMagnitude({ factor, attention_factor, mscale, mscale_all_dim }: Scaling & { rope_type: "yarn" }): number {
  const grown = (by: number): number => 0.1 * by * Math.log(factor) + 1;
  return attention_factor ?? (mscale && mscale_all_dim ? grown(mscale) / grown(mscale_all_dim) : grown(1));
}

function mix(a: number, b: number, share: number): number {
  return a * (1 - share) + b * share;
}

function clamp(x: number): number {
  return Math.min(1, Math.max(0, x));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
