/** The published benchmarks of code completion that Graft reads. */

export const benchmarks = ["crosscodeeval", "repobench", "repopeftbench"] as const;
export type Benchmark = (typeof benchmarks)[number];

export function isBenchmark(name: string): name is Benchmark {
  return benchmarks.some((benchmark) => benchmark === name);
}
