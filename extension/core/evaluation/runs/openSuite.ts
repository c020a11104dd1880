/** Opens the suite of a run, by its kind. */

import { suiteKind } from "../suites/suiteKind.ts";
import type { EvaluationSuite } from "./evaluationSuite.ts";
import { openCompletion } from "./benchmarks/openCompletion.ts";
import { openInfilling } from "./openInfilling.ts";
import { openExecution, openPairs } from "./openTasks.ts";
import type { EvaluationSettings } from "./evaluationRequest.ts";

/** @throws UserErrors of reading suite and examples; "code-execution", "sandbox-missing"; of opening an encoder */
export async function openSuite(
  settings: EvaluationSettings,
  signal: AbortSignal | undefined,
): Promise<EvaluationSuite> {
  const { dataFolder, shippedData } = settings;
  const read = { dataFolder, ...(shippedData !== undefined && { shippedData }), signal };
  switch (await suiteKind(settings.suite, read)) {
    case "pairs":
      return await openPairs(settings, read);
    case "execution":
      return await openExecution(settings, read);
    case "infilling":
      return await openInfilling(settings, signal);
    case "completion":
      return await openCompletion(settings, read);
  }
}
