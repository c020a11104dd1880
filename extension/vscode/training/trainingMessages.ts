/** What the training view may send, and the limits of its numbers: a webview is a web page, whatever it says. */

import * as z from "zod";
import type { Field } from "../../core/foundation/request.ts";
import { settingsSchema, trainingForm } from "../../core/training/request.ts";
import { fromTraining, type FromTraining, type TrainingNumbers } from "../../../webview/protocol/training.ts";
import { numberField, shownNumber } from "../numberFields.ts";

const { epochs, rank, virtualTokens } = settingsSchema.shape;
/** The fields of all methods. Where several share one, the first decides its default. */
const ofMethods: Readonly<Record<string, Field>> = Object.assign(
  {},
  ...trainingForm()
    .methods.toReversed()
    .map(({ fields }) => fields),
);

/** What the view is told about the numbers that it asks for. */
export const trainingNumbers: TrainingNumbers = {
  // Without epochs, the training decides how many the data needs.
  epochs: numberField(epochs.unwrap()),
  rank: shownNumber(ofMethods["rank"]!),
  virtualTokens: shownNumber(ofMethods["virtualTokens"]!),
};

/** The numbers of a form, wherever it holds them. */
const numbers = z.object({
  epochs: epochs.unwrap().optional(),
  method: z.object({ rank: rank.unwrap().optional(), virtualTokens }),
});

/** @throws ZodError for anything that is not a message of the view. */
export function parseTrainingMessage(value: unknown): FromTraining {
  const message = fromTraining.parse(value);
  if (message.type === "start") numbers.parse(message.form);
  return message;
}
