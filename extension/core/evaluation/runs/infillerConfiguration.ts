/** The part of a run's configuration that held-out code and published completion benchmarks have in common. */

import packageJson from "../../../../package.json" with { type: "json" };
import { learnedWeights } from "../../completion/copies/mixtureWeights.ts";
import type { EvaluationSuite } from "./evaluationSuite.ts";
import { defaultDecoding, type EvaluationSettings } from "./evaluationRequest.ts";

type Configuration = EvaluationSuite["configuration"];

/** @param context what precedes a hole; undefined means the path of its file */
export function infillerConfiguration(
  { mode, prior, draft, seed }: EvaluationSettings,
  context: Configuration["context"],
): Omit<Configuration, "suite" | "protocol"> {
  return {
    mode,
    shots: 0,
    ...(context && { context }),
    ...(prior && { prior: learnedWeights.version }),
    ...(!draft && { draft }),
    decoding: defaultDecoding.infilling,
    seed,
    version: packageJson.version,
  };
}
