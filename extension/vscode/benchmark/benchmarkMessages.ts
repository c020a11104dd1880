/**
 * The messages that the benchmark panel may send, and the limits of its numbers. A webview is a web page, so the
 * extension checks them.
 */

import * as z from "zod";
import { suiteFields, taskFields } from "../../core/evaluation/runs/evaluationRequest.ts";
import { fromBenchmark, type EvaluationNumbers, type FromBenchmark } from "../../../webview/protocol/benchmark.ts";
import { numberField } from "../numberFields.ts";

const { limit, seed } = suiteFields;
const { shots } = taskFields;

/** The limits and defaults of the panel's numbers. */
export const evaluationNumbers: EvaluationNumbers = {
  // The request's default of one example seldom shows the effect of examples.
  shots: { ...numberField(shots), default: 3 },
  limit: numberField(limit),
  seed: numberField(seed),
};

const numbers = z.object({ shots, limit, seed });

/** @throws ZodError if the message does not come from the panel. */
export function parseBenchmarkMessage(value: unknown): FromBenchmark {
  const message = fromBenchmark.parse(value);
  if (message.type === "start") numbers.parse(message.form);
  return message;
}
