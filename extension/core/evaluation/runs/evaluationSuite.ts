/** The interface of a suite to a run, whatever its kind. */

import type { Problem } from "../../dataset/example.ts";
import type { Candidate } from "../candidates/candidate.ts";
import type { PhaseControl } from "./progress.ts";
import type { OpenRun } from "./runFolder.ts";
import type { RunConfiguration } from "./runRecord.ts";

export interface EvaluationSuite {
  readonly name: string;
  /** Rows and files that were left out. */
  readonly problems: readonly Problem[];
  /** The part of the run's configuration that does not depend on the candidate. */
  readonly configuration: Omit<RunConfiguration, keyof Candidate["configuration"]>;
  /**
   * Predicts the items that the run lacks. @throws the signal's reason once it is aborted; appended predictions stay
   */
  predict(run: OpenRun, candidate: Candidate, control: PhaseControl): Promise<void>;
  release(): Promise<void>;
}
