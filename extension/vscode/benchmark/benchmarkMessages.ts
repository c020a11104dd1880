/** What the benchmark panel may send, and the limits of its numbers: a webview is a web page, whatever it says. */

import * as z from "zod";
import { fromBenchmark, type EvaluationNumbers, type FromBenchmark } from "../../../webview/protocol/benchmark.ts";
import { numberField } from "../numberFields.ts";

const shots = z.int().min(1).max(100);
const limit = z.int().min(1);
const seed = z.int().min(0);

/** What the panel is told about the numbers that it asks for. */
export const evaluationNumbers: EvaluationNumbers = {
  shots: numberField(shots.default(3)),
  limit: numberField(limit),
  seed: numberField(seed.default(42)),
};

const numbers = z.object({ shots: shots.optional(), limit: limit.optional(), seed });

/** @throws ZodError for anything that is not a message of the panel. */
export function parseBenchmarkMessage(value: unknown): FromBenchmark {
  const message = fromBenchmark.parse(value);
  if (message.type === "start") numbers.parse(message.form);
  return message;
}
