/** The refusals of runs whose files are not as Graft writes them. */

import * as z from "zod";
import { systemCode, UserError } from "../../foundation/errors.ts";

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

/** For a promise's catch: the refusal of a file that the system cannot read, or that is too large for a text. */
export function unreadable(path: string): (error: unknown) => never {
  return (error) => {
    throw invalidRun(path, `it cannot be read (${systemCode(error) ?? String(error)})`, error);
  };
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
