/** Reads a checkpoint's config.json: validates it, and converts it to Graft's own terms. */

import * as z from "zod";
import { UserError } from "../foundation/errors.ts";
import { say, type Said } from "../foundation/words/said.ts";
import { architectures } from "./architectures.ts";
import type { ModelConfig } from "./config.ts";

/** Next steps for model types with a supported relative. */
const alternatives: ReadonlyMap<string, Said> = new Map([
  ["codet5p", say`Choose CodeT5+ 220M or 770M, which have the type t5; the larger ones have another architecture.`],
]);

/**
 * Checks the parsed config.json of a Hugging Face folder.
 *
 * @throws UserError "model-type-unknown" or "config-invalid"
 */
export function readModelConfig(json: unknown): ModelConfig {
  const { success, data } = z.object({ model_type: z.string() }).safeParse(json);
  if (!success) throw invalid(say`it has no model_type`);
  const architecture = Object.hasOwn(architectures, data.model_type) ? architectures[data.model_type] : undefined;
  if (!architecture) {
    const known = Object.keys(architectures).join(", ");
    const message = say`Cannot use a model of type "${data.model_type}": Graft supports ${known}.`;
    const nextStep = alternatives.get(data.model_type) ?? say`Choose a model of one of these types.`;
    throw new UserError("model-type-unknown", message, nextStep);
  }
  const parsed = architecture.configSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(issue ? say`${issue.path.join(".")}: ${issue.message}` : say`it does not match its model_type`);
}

function invalid(reason: Said): UserError {
  const next = say`Download the model's config.json again, or choose another folder.`;
  return new UserError("config-invalid", say`Cannot use config.json: ${reason}.`, next);
}
