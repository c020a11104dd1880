/** Errors about runs whose files Graft cannot use. */

import { basename } from "node:path";
import type * as z from "zod";
import { systemCode, UserError } from "../../foundation/errors.ts";
import { flawsOf } from "../../foundation/words/flaws.ts";
import { say, type Said } from "../../foundation/words/said.ts";
import { runFiles } from "./runRecord.ts";

/** Returns the error for a damaged file. `reason` completes "Cannot read PATH: …". */
export function invalidRun(path: string, reason: Said, cause?: unknown): UserError {
  const message = say`Cannot read ${path}: ${reason}.`;
  const nextStep =
    basename(path) === runFiles.result
      ? say`Delete this file and evaluate again: the scores are made anew from the predictions.`
      : say`Delete the run's folder, and evaluate again.`;
  return new UserError("run-invalid", message, nextStep, { cause });
}

/** Returns the error for a run that has lost predictions. `what` begins the message: "Cannot … RUN". */
export function lostPredictions(what: Said, there: number, expected: number): UserError {
  const reason = say`${runFiles.predictions} holds ${there} of its ${expected} predictions`;
  return new UserError(
    "run-invalid",
    say`${what}: ${reason}.`,
    say`Delete the run's folder, and evaluate again; on the command line, evaluate again with --fresh.`,
  );
}

/**
 * For a promise's catch: throws the error for a file that the system cannot read, or that is too large for a string.
 */
export function unreadable(path: string): (error: unknown) => never {
  return (error) => {
    throw invalidRun(path, say`it cannot be read (${systemCode(error) ?? String(error)})`, error);
  };
}

/** @throws UserError "run-invalid" */
export function parseRunFile<T>(schema: z.ZodType<T>, text: string, path: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalidRun(path, say`it is not valid JSON`, error);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalidRun(path, flawsOf(parsed.error, value));
}
