/** The end of the configuration of a run that completes places in code, whatever they are taken from. */

import packageJson from "../../../../package.json" with { type: "json" };
import { learnedWeights } from "../../completion/copies/mixtureWeights.ts";
import type { EvaluationSuite } from "./evaluationSuite.ts";
import { defaultDecoding, type EvaluationSettings } from "./evaluationRequest.ts";

type Configuration = EvaluationSuite["configuration"];

/** `context`: what stands in front of a place; undefined for the path of its file. */
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
