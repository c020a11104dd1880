/** Estimates how long runs take: from finished runs on this machine if there are any, otherwise from its speed. */

import { cpus } from "node:os";
import { tokensPerSecond, type MachineSpeed } from "../../baseModels/decodeEstimate.ts";
import type { RunDecoding } from "../runs/evaluationRequest.ts";
import type { RunSummary } from "../runs/runFolder.ts";
import type { RunConfiguration } from "../runs/runRecord.ts";

export interface Pace {
  readonly secondsPerTask: number;
  /** "measured": by a run of the same base, suite and prompts; "scaled": by one that is like it; "rough": by speed. */
  readonly basis: "measured" | "scaled" | "rough";
}

/** The size of a base, as far as decoding depends on it. */
export interface BaseSize {
  readonly layers: number;
  readonly bytes: number;
  readonly parameters: number;
}

/** Returns the pace of a run by the finished run that is most like it; undefined if none is alike. */
export function paceOf(asked: RunConfiguration, runs: readonly RunSummary[]): Pace | undefined {
  const processor = cpus()[0]?.model ?? "unknown";
  const known = runs.flatMap(({ record: { configuration, machine }, result }) => {
    if (!result || machine.processor !== processor || configuration.ngram || asked.ngram) return [];
    if (configuration.suite.kind !== asked.suite.kind || configuration.suite.tasks === 0) return [];
    return [{ configuration, secondsPerTask: result.seconds / configuration.suite.tasks }];
  });
  const best = known
    .map((run) => ({ ...run, likeness: likeness(run.configuration, asked) }))
    // The newest wins among equals.
    .reduce<((typeof known)[number] & { likeness: number }) | undefined>(
      (one, other) => (one && one.likeness > other.likeness ? one : other),
      undefined,
    );
  if (!best) return undefined;
  const { base, decoding } = best.configuration;
  const scale = (asked.base.parameters / base.parameters) * (load(asked.decoding) / load(decoding));
  const isSame = best.likeness === likeness(asked, asked);
  return { secondsPerTask: best.secondsPerTask * scale, basis: isSame ? "measured" : "scaled" };
}

/** The base matters most, then the decoding, the suite, and the length of the prompts. */
function likeness(one: RunConfiguration, other: RunConfiguration): number {
  const same = (of: (configuration: RunConfiguration) => unknown): number =>
    Number(JSON.stringify(of(one)) === JSON.stringify(of(other)));
  return (
    16 * same(({ base }) => base.hash) +
    8 * same(({ decoding }) => decoding) +
    4 * same(({ suite }) => suite.name) +
    2 * same(({ mode, shots, context }) => [mode === "trained" ? "zero-shot" : mode, shots, context]) +
    same(({ adapters }) => adapters.length > 0)
  );
}

/** The work of a decoding step, relative to greedy decoding. */
function load(decoding: RunDecoding): number {
  switch (decoding.kind) {
    case "greedy":
      return 1;
    case "beams":
      return 0.65 + 0.35 * decoding.width;
    case "sampling":
      return 0.65 + 0.35 * decoding.count;
  }
}

/** Tokens until the longest beam of a usual answer ends; for holes, the number whose decoding costs as much as reading the file. */
const usualTokens = { pairs: 60, execution: 200, infilling: 70, completion: 70 } as const;

/**
 * Returns a pace that may be wrong by a factor of three: how fast the machine decodes the base, and how long answers usually are.
 */
export function roughPace(
  { suite, decoding }: Pick<RunConfiguration, "suite" | "decoding">,
  base: BaseSize,
  machine: MachineSpeed,
): Pace {
  // Four bits take little more than half a byte per parameter.
  const isInt4 = base.bytes / base.parameters < 0.8;
  const bytes = isInt4 ? { int4: base.bytes, int8: 0 } : { int4: 0, int8: base.bytes };
  const seconds = 1 / tokensPerSecond({ layers: base.layers, bytes }, machine);
  return { secondsPerTask: usualTokens[suite.kind] * seconds * load(decoding), basis: "rough" };
}
