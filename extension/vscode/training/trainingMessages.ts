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
  months: { minimum: 1, maximum: 120, default: 6 },
};

const months = z.int().min(trainingNumbers.months.minimum).max(trainingNumbers.months.maximum!);

/** The numbers of a form, wherever it holds them. */
const numbers = z.object({
  data: z.object({ months: months.optional() }),
  epochs: epochs.unwrap().optional(),
  method: z.object({ rank: rank.unwrap().optional(), virtualTokens }),
});

/** @throws ZodError if the message does not come from the view. */
export function parseTrainingMessage(value: unknown): FromTraining {
  const message = fromTraining.parse(value);
  if ("form" in message) numbers.parse(message.form);
  if ("months" in message) months.parse(message.months);
  return message;
}
