/** graft bench */

import { speedBenchmarks } from "../core/benchmark/speed.ts";
import { openNamedBase, type Context } from "./context.ts";

export type BenchmarkName = keyof typeof speedBenchmarks;

export const benchmarkNames = Object.keys(speedBenchmarks) as BenchmarkName[];

export async function benchCommand(
  bench: BenchmarkName,
  flags: { readonly base: string },
  context: Context,
): Promise<void> {
  const base = await openNamedBase(flags.base, context);
  const rows = await speedBenchmarks[bench](base);
  const width = Math.max(...rows.map(({ name }) => name.length));
  const lines = rows.map(({ name, value, unit }) => `${name.padEnd(width)}  ${Number(value.toPrecision(3))} ${unit}`);
  context.output.result({ bench, base: base.name, rows }, lines.join("\n"));
}
