/** The refusals of runs whose files are not as Graft writes them. */

import * as z from "zod";
import { UserError } from "../../foundation/errors.ts";

/** The refusal of a damaged file. `reason` completes "Cannot read PATH: …". */
export function invalidRun(path: string, reason: string, cause?: unknown): UserError {
  const message = `Cannot read ${path}: ${reason}.`;
  return new UserError("run-invalid", message, "Delete the run's folder, and evaluate anew.", { cause });
}

/** The refusal of a run that has lost predictions. `reason` completes "Cannot … RUN: …". */
export function lostPredictions(what: string, there: number, expected: number): UserError {
  const reason = `predictions.jsonl holds ${there} of its ${expected} predictions`;
  return new UserError("run-invalid", `${what}: ${reason}.`, "Evaluate it anew, with --fresh.");
}

/** @throws UserError "run-invalid" */
export function parseRunFile<T>(schema: z.ZodType<T>, text: string, path: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalidRun(path, "it is not valid JSON", error);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalidRun(path, z.prettifyError(parsed.error));
}
