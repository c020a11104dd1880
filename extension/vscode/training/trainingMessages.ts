/**
 * The messages that the training view may send, and the limits of its numbers. A webview is a web page, so the
 * extension checks them.
 */

import * as z from "zod";
import type { Field } from "../../core/foundation/request.ts";
import { settingsSchema, trainingForm } from "../../core/training/request.ts";
import { fromTraining, type FromTraining, type TrainingNumbers } from "../../../webview/protocol/training.ts";
import { numberField, shownNumber } from "../numberFields.ts";

const { epochs, rank, virtualTokens } = settingsSchema.shape;
/** The fields of all methods. If several share a field, the first decides its default. */
const ofMethods: Readonly<Record<string, Field>> = Object.assign(
  {},
  ...trainingForm()
    .methods.toReversed()
    .map(({ fields }) => fields),
);

/** The limits and defaults of the view's numbers. */
export const trainingNumbers: TrainingNumbers = {
  // Without epochs, the training decides how many passes the data needs.
  epochs: numberField(epochs.unwrap()),
  rank: shownNumber(ofMethods["rank"]!),
  virtualTokens: shownNumber(ofMethods["virtualTokens"]!),
};

/** The numbers of a form, wherever it holds them. */
const numbers = z.object({
  epochs: epochs.unwrap().optional(),
  method: z.object({ rank: rank.unwrap().optional(), virtualTokens }),
});

/** @throws ZodError if the message does not come from the view. */
export function parseTrainingMessage(value: unknown): FromTraining {
  const message = fromTraining.parse(value);
  if ("form" in message) numbers.parse(message.form);
  return message;
}
