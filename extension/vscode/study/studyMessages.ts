/**
 * The messages that the studies panel may send, and the limits of its numbers. A webview is a web page, so the extension
 * checks them.
 */

import * as z from "zod";
import { suiteFields, taskFields } from "../../core/evaluation/runs/evaluationRequest.ts";
import { studyLimits } from "../../core/evaluation/study/studyFile.ts";
import { fromStudies, type FromStudies, type StudyFields } from "../../../webview/protocol/study.ts";
import { numberField } from "../numberFields.ts";

const { limit, seed } = suiteFields;
const { shots } = taskFields;

export const studyFields: StudyFields = {
  limit: numberField(limit),
  seed: numberField(seed),
  shots: numberField(shots),
  most: studyLimits,
};

const numbers = z.object({ limit, seeds: z.array(seed), drawn: z.array(shots), nearest: z.array(shots) });

/** @throws ZodError if the message does not come from the panel. */
export function parseStudyMessage(value: unknown): FromStudies {
  const message = fromStudies.parse(value);
  if (message.type === "create") numbers.parse(message.form);
  if (message.type === "createPaper") limit.parse(message.limit);
  return message;
}
