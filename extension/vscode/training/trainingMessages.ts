/** What the training view may send, and the limits of its numbers: a webview is a web page, whatever it says. */

import * as z from "zod";
import { fromTraining, type FromTraining, type TrainingNumbers } from "../../../webview/protocol/training.ts";
import { numberField } from "../numberFields.ts";

const epochs = z.int().min(1).max(100);
const rank = z.int().min(1).max(256);
const virtualTokens = z.int().min(1).max(256);

/** What the view is told about the numbers that it asks for. */
export const trainingNumbers: TrainingNumbers = {
  epochs: numberField(epochs),
  rank: numberField(rank.default(16)),
  virtualTokens: numberField(virtualTokens.default(20)),
};

/** The numbers of a form, wherever it holds them. */
const numbers = z.object({
  epochs: epochs.optional(),
  method: z.object({ rank: rank.optional(), virtualTokens: virtualTokens.optional() }),
});

/** @throws ZodError for anything that is not a message of the view. */
export function parseTrainingMessage(value: unknown): FromTraining {
  const message = fromTraining.parse(value);
  if (message.type === "start") numbers.parse(message.form);
  return message;
}
