/**
 * Refuses what a command asks and a training would pass over in silence. Forms do not ask: they offer only what has an effect, and a file
 * may vanish after its preview.
 */

import { openDatasets } from "../../dataset/openDataset.ts";
import { foreignFields, methodNames, methodsWith } from "../../adapters/methods/methodNamed.ts";
import { UserError } from "../../foundation/errors.ts";
import { inWords } from "../../foundation/request.ts";
import { say } from "../../foundation/words/said.ts";
import { checkIncluded } from "../../sources/overrule/included.ts";
import type { TrainOptions } from "../request.ts";

/** @throws UserError "option-invalid"; with files to include, the UserErrors of openDatasets */
export async function refuseWithoutEffect(options: TrainOptions): Promise<void> {
  const { resume, commitsSince, include, data } = options;
  // A resumed training has its own settings and data.
  if (resume === true) return;
  refuseOthersFields(options);
  if (commitsSince !== undefined) refuseDayToCome(commitsSince);
  if (include === undefined) return;
  // Data that is not there is to blame, not what should be in it.
  const datasets = await openDatasets(data, options);
  await checkIncluded(
    include,
    datasets.flatMap(({ folder = [] }) => folder),
  );
}

/** Refuses an option that only other methods have. An adapter to go on from brings its own method. */
function refuseOthersFields({ method = methodNames[0], init, ...options }: TrainOptions): void {
  const [other] = init === undefined ? foreignFields(method, options) : [];
  if (other === undefined) return;
  throw new UserError(
    "option-invalid",
    say`The option ${inWords(other)} has no effect with the method ${method}.`,
    say`Leave it out, or choose a method that has it: ${methodsWith(other).join(", ")}.`,
  );
}

function refuseDayToCome(day: string): void {
  if (!(Date.parse(day) > Date.now())) return;
  const message = say`Cannot learn from your commits since ${day}: that day is still to come.`;
  throw new UserError("option-invalid", message, say`Choose an earlier day.`);
}
