/**
 * The messages that the training view may send, and the limits of its numbers. A webview is a web page, so the
 * extension checks them.
 */

import * as z from "zod";
import { settingsSchema } from "../../core/training/trainRequest.ts";
import { fromTraining, type FromTraining, type TrainingNumbers } from "../../../webview/protocol/training.ts";
import { numberField } from "../numberFields.ts";

const { epochs, rank, virtualTokens } = settingsSchema.shape;
/** The limits of the view's numbers. Those without a default are left to the training, which knows base, method and data. */
export const trainingNumbers: TrainingNumbers = {
  epochs: numberField(epochs.unwrap()),
  rank: numberField(rank.unwrap()),
  virtualTokens: numberField(virtualTokens.unwrap()),
  months: { minimum: 1, maximum: 120, default: 6 },
};

const months = z.int().min(trainingNumbers.months.minimum).max(trainingNumbers.months.maximum!);

/** The numbers of a form, wherever it holds them. */
const numbers = z.object({
  data: z.object({ months: months.optional() }),
  epochs: epochs.unwrap().optional(),
  method: z.object({ rank, virtualTokens }),
});

/** @throws ZodError if the message does not come from the view. */
export function parseTrainingMessage(value: unknown): FromTraining {
  const message = fromTraining.parse(value);
  if ("form" in message) numbers.parse(message.form);
  if ("months" in message) months.parse(message.months);
  return message;
}
