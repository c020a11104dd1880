/** What the benchmark panel may send, and the limits of its numbers: a webview is a web page, whatever it says. */

import * as z from "zod";
import { suiteFields, taskFields } from "../../core/evaluation/runs/request.ts";
import { fromBenchmark, type EvaluationNumbers, type FromBenchmark } from "../../../webview/protocol/benchmark.ts";
import { numberField } from "../numberFields.ts";

const { limit, seed } = suiteFields;
const { shots } = taskFields;

/** What the panel is told about the numbers that it asks for. */
export const evaluationNumbers: EvaluationNumbers = {
  // One example, the default of the request, seldom shows what examples do.
  shots: { ...numberField(shots), default: 3 },
  limit: numberField(limit),
  seed: numberField(seed),
};

const numbers = z.object({ shots, limit, seed });

/** @throws ZodError for anything that is not a message of the panel. */
export function parseBenchmarkMessage(value: unknown): FromBenchmark {
  const message = fromBenchmark.parse(value);
  if (message.type === "start") numbers.parse(message.form);
  return message;
}
