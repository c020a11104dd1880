/** Reads a checkpoint's config.json: validates it, and converts it to Graft's own terms. */

import { z } from "zod";
import { UserError } from "../foundation/errors.ts";
import { architectures } from "./architectures.ts";
import type { ModelConfig } from "./config.ts";

/** Next steps for model types with a supported relative. */
const alternatives: ReadonlyMap<string, string> = new Map([
  ["codet5p", "Choose CodeT5+ 220M or 770M, which have the type t5; the larger ones have another architecture."],
]);

/**
 * Checks the parsed config.json of a Hugging Face folder.
 *
 * @throws UserError "model-type-unknown" or "config-invalid"
 */
export function readModelConfig(json: unknown): ModelConfig {
  const { success, data } = z.object({ model_type: z.string() }).safeParse(json);
  if (!success) throw invalid("it has no model_type");
  const architecture = Object.hasOwn(architectures, data.model_type) ? architectures[data.model_type] : undefined;
  if (!architecture) {
    const known = Object.keys(architectures).join(", ");
    const message = `Cannot use a model of type "${data.model_type}": Graft supports ${known}.`;
    const nextStep = alternatives.get(data.model_type) ?? "Choose a model of one of these types.";
    throw new UserError("model-type-unknown", message, nextStep);
  }
  const parsed = architecture.configSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(issue ? `${issue.path.join(".") || "it"}: ${issue.message}` : "it does not match its model_type");
}

function invalid(reason: string): UserError {
  const next = "Download the model's config.json again, or choose another folder.";
  return new UserError("config-invalid", `Cannot use config.json: ${reason}.`, next);
}
