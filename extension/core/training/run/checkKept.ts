/** Checks whether the files that a run has kept are plausible: those of the right form may still have been changed or damaged. */

import { say } from "../../foundation/words/said.ts";
import { fingerprintOf } from "../fingerprint.ts";
import { checkpointInvalid, type Checkpoint } from "../output/checkpoint.ts";
import { isPossibleShape } from "../data/batchShape.ts";
import { runInvalid, type TrainingRun } from "./trainingRun.ts";

/** @throws UserError "run-invalid" if the settings are not those that the run was started with */
export function checkRun({ base, settings, fingerprint }: TrainingRun, workFolder: string): void {
  const described = (key: string): { description: () => string } => ({ description: () => String(fingerprint[key]) });
  const told = { training: described("data"), validation: described("validation") };
  for (const [key, value] of Object.entries(fingerprintOf(base.hash, settings, told))) {
    if (key in fingerprint && fingerprint[key] !== value) throw runInvalid(workFolder);
  }
}

/** @throws UserError "checkpoint-invalid" if it is beyond the run's end, or if the data does not fit into its micro-batches */
export function checkCheckpoint({ state, shape }: Checkpoint, run: TrainingRun, workFolder: string): void {
  const [a, b] = [run.training.longest, run.validation.longest];
  const longest = { own: Math.max(a.own, b.own), read: Math.max(a.read, b.read) };
  if (state.step > run.steps) {
    throw checkpointInvalid(workFolder, say`it stands at step ${state.step} of ${run.steps}`);
  }
  if (!isPossibleShape(shape, longest)) {
    throw checkpointInvalid(
      workFolder,
      say`the data does not fit micro-batches of ${shape.rows} × ${shape.length} tokens`,
    );
  }
}
