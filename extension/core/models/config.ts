/** The border to a checkpoint's config.json: what Graft needs of it, checked, in Graft's own terms. */

import { z } from "zod";
import { UserError } from "../base/errors.ts";
import type { Heads } from "../graph/primitives/fused.ts";
import { architectures } from "./architectures.ts";

/** A decoder-only model with rotary positions and grouped attention heads. */
export interface ModelConfig {
  /** The architecture, by its Hugging Face model_type. */
  readonly modelType: string;
  readonly vocabularySize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  /** The most tokens that a prompt and its completion may have together. */
  readonly contextLength: number;
  readonly attention: Heads;
  readonly intermediateSize: number;
  readonly normEpsilon: number;
  readonly ropeTheta: number;
  /** Whether the embedding is the output head, too. */
  readonly tiedHead: boolean;
  /** Which products add a bias. */
  readonly bias: { readonly qkv: boolean; readonly output: boolean; readonly feedForward: boolean };
}

/**
 * Checks the parsed config.json of a Hugging Face folder.
 *
 * @throws UserError "model-type-unknown" or "config-invalid"
 */
export function readModelConfig(json: unknown): ModelConfig {
  const { success, data } = z.object({ model_type: z.string() }).safeParse(json);
  if (!success) throw invalid("it has no model_type");
  const architecture = architectures[data.model_type];
  if (!architecture) {
    const known = Object.keys(architectures).join(", ");
    const message = `Cannot host a model of type "${data.model_type}": Graft knows ${known}.`;
    throw new UserError("model-type-unknown", message, "Choose a model of one of these types.");
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
