/** The errors for adapters that cannot be read. */

import type * as z from "zod";
import { UserError } from "../../foundation/errors.ts";
import { flawsOf } from "../../foundation/words/flaws.ts";
import { say, type Said } from "../../foundation/words/said.ts";

const again = say`Copy the adapter again, or train it anew.`;

/** The error for a damaged adapter. `reason` completes "Cannot load adapter NAME: …". */
export function invalid(name: string, reason: Said, cause?: unknown): UserError {
  return new UserError("adapter-invalid", say`Cannot load adapter "${name}": ${reason}.`, again, { cause });
}

/** The error for an adapter with a file that cannot be read. */
export function unreadable(name: string, cause: UserError): UserError {
  return new UserError("adapter-invalid", say`Cannot load adapter "${name}": ${cause.said.message}`, again, { cause });
}

/** The error for an adapter that uses features that Graft does not support. */
export function unsupported(name: string, reason: Said): UserError {
  return new UserError(
    "adapter-unsupported",
    say`Cannot load adapter "${name}": ${reason}.`,
    say`Merge it into its base with PEFT and import that, or train an adapter with Graft.`,
  );
}

/** Returns a value of adapter_config.json for a message, which shows only the start of a long value. */
export function shown(value: unknown): string {
  try {
    const text = JSON.stringify(value);
    return text.length <= 100 ? text : `${text.slice(0, 100)}…`;
  } catch (error) {
    // JSON.stringify recurses, and a file can be nested deeper than the stack allows.
    if (error instanceof RangeError) return "…";
    throw error;
  }
}

/** @throws UserError "adapter-invalid" if adapter_config.json does not match `schema` */
export function parsePeft<T>(name: string, schema: z.ZodType<T>, json: unknown): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw invalid(name, say`its adapter_config.json is not PEFT's: ${flawsOf(parsed.error, json)}`);
}
