/**
 * Refuses options of a command that a training would silently ignore. Forms do not check this: they offer only options with an
 * effect, and a file may vanish after its preview.
 */

import { foreignFields, methodNames, methodsWith } from "../../adapters/methods/methodNamed.ts";
import { isSourceCode, openDatasets } from "../../dataset/openDataset.ts";
import { isPaperDataset } from "../../dataset/paperDatasets.ts";
import { UserError } from "../../foundation/errors.ts";
import { inWords } from "../../foundation/requestSchema.ts";
import { say } from "../../foundation/words/said.ts";
import { checkIncluded } from "../../sources/included.ts";
import { validationOf } from "../data/trainingData.ts";
import type { TrainOptions } from "../trainRequest.ts";

/** @throws UserError "option-invalid"; with files to include, the UserErrors of openDatasets and validationOf */
export async function refuseWithoutEffect(options: TrainOptions): Promise<void> {
  const { resume, commitsSince, include, data } = options;
  // A resumed training has its own settings and data.
  if (resume === true) return;
  refuseOthersFields(options);
  refuseBesideAdapter(options);
  refuseForRows(options);
  refuseIdlePatience(options);
  if (commitsSince !== undefined) refuseDayToCome(commitsSince);
  if (include === undefined) return;
  // If the data is missing, the error names it, not the files that should be in it.
  const datasets = await openDatasets(data, options);
  const { sets } = await validationOf(options);
  await checkIncluded(
    include,
    [...datasets, ...sets].flatMap(({ folder = [] }) => folder),
  );
}

/** Refuses an option that only other methods have. An adapter to continue brings its own method. */
function refuseOthersFields({ method = methodNames[0], init, ...options }: TrainOptions): void {
  const [other] = init === undefined ? foreignFields(method, options) : [];
  if (other === undefined) return;
  throw new UserError(
    "option-invalid",
    say`The option ${inWords(other)} has no effect with the method ${method}.`,
    say`Leave it out, or choose a method that has it: ${methodsWith(other).join(", ")}.`,
  );
}

/** Refuses an initial text for an adapter, which already has its values. initialAdapter.ts checks whether other fields agree with it. */
function refuseBesideAdapter({ init, initText }: TrainOptions): void {
  if (init === undefined || initText === undefined) return;
  throw new UserError(
    "option-invalid",
    say`The option init text has no effect: the adapter to start from keeps its own values.`,
    say`Leave it out, or start without an adapter.`,
  );
}

/** Fields that only affect source code. */
const sourceFields = [
  "sourceAs",
  "context",
  "fillShare",
  "holdOut",
  "include",
  "commitsSince",
  "changedSince",
] as const satisfies readonly (keyof TrainOptions)[];

function refuseForRows(options: TrainOptions): void {
  const idle = sourceFields.find((name) => options[name] !== undefined);
  if (idle === undefined || hasSourceCode(options)) return;
  throw new UserError(
    "option-invalid",
    say`The option ${inWords(idle)} has no effect: the data holds no source code.`,
    say`Leave it out, or add Python files or folders to the data.`,
  );
}

function hasSourceCode({ data, validation = "0" }: TrainOptions): boolean {
  return data.some(isSourceCode) || (Number.isNaN(Number(validation)) && isSourceCode(validation));
}

/** Refuses patience without validation, because there is no loss to watch. The paper's data sets bring their own validation data. */
function refuseIdlePatience({ patience, validation, data }: TrainOptions): void {
  const isValidated = validation === undefined ? data.some(isPaperDataset) : Number(validation) !== 0;
  if (patience === undefined || isValidated) return;
  throw new UserError(
    "option-invalid",
    say`The option patience has no effect: no data is held out for validation.`,
    say`Leave it out, or hold out a share of the data, such as --validation 0.1.`,
  );
}

/** Refuses a day in the future. It begins at midnight in local time or in UTC, by which commits are counted, whichever is earlier. */
function refuseDayToCome(day: string): void {
  const begins = Math.min(Date.parse(day), Date.parse(`${day}T00:00`));
  if (!(begins > Date.now())) return;
  const message = say`Cannot learn from your commits since ${day}: that day is still to come.`;
  throw new UserError("option-invalid", message, say`Choose an earlier day.`);
}
