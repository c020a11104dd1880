/** The errors for adapters that cannot be read. */

import * as z from "zod";
import { UserError } from "../../foundation/errors.ts";

/** The error for a damaged adapter. `reason` completes "Cannot load adapter NAME: …". */
export function invalid(name: string, reason: string, cause?: unknown): UserError {
  const nextStep = "Copy the adapter again, or train it anew.";
  return new UserError("adapter-invalid", `Cannot load adapter "${name}": ${reason}.`, nextStep, { cause });
}

/** The error for an adapter that uses features that Graft does not support. */
export function unsupported(name: string, reason: string): UserError {
  return new UserError(
    "adapter-unsupported",
    `Cannot load adapter "${name}": ${reason}.`,
    "Merge it into its base with PEFT and import that, or train an adapter with Graft.",
  );
}

/** @throws UserError "adapter-invalid" if adapter_config.json does not match `schema` */
export function parsePeft<T>(name: string, schema: z.ZodType<T>, json: unknown): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw invalid(name, `its adapter_config.json is not PEFT's:\n${z.prettifyError(parsed.error)}`);
}
