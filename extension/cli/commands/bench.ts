/** graft bench */

import { UserError } from "../../core/foundation/errors.ts";
import { speedBenchmarks } from "../../core/speed/servingSpeed.ts";
import { explainTraining } from "../../core/speed/trainingSpeed.ts";
import { openNamedBase, type Context } from "../context.ts";
import { aligned } from "../output.ts";

export type BenchmarkName = keyof typeof speedBenchmarks;

export const benchmarkNames = Object.keys(speedBenchmarks) as BenchmarkName[];

export interface BenchFlags {
  readonly base: string;
  /** The number of tokens of a training step. */
  readonly tokens?: number;
  readonly explain?: boolean;
}

export async function benchCommand(bench: BenchmarkName, flags: BenchFlags, context: Context): Promise<void> {
  const { tokens, explain = false } = flags;
  if (bench !== "train" && (explain || tokens !== undefined)) {
    const message = `Cannot use --tokens or --explain with bench ${bench}: they apply to training only.`;
    throw new UserError("option-invalid", message, "Leave them out, or choose bench train.");
  }
  if (tokens !== undefined && tokens % 128 !== 0) {
    const message = `Cannot measure steps of ${tokens} tokens: a step consists of rows of 128 tokens.`;
    throw new UserError("option-invalid", message, "Give a multiple of 128.");
  }
  const base = await openNamedBase(flags.base, context);
  const measure = explain ? explainTraining : speedBenchmarks[bench];
  const rows = await measure(base, tokens === undefined ? {} : { tokens });
  const lines = aligned(rows.map(({ name, value, unit }) => [name, `${Number(value.toPrecision(3))} ${unit}`]));
  context.output.result({ bench, base: base.name, rows }, lines.join("\n"));
}
