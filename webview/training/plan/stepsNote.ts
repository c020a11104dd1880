/** What is unexpected about a preset's number of steps if there is little data. */

import type { EstimateState } from "../../protocol/estimate.ts";
import type { TrainingForm } from "../../protocol/training.ts";
import { t } from "../../shared/l10n.ts";

type Steps = Pick<Extract<EstimateState, { phase: "done" }>, "steps" | "balancedSteps">;

/** Returns a sentence; undefined if there is nothing to say. */
export function stepsNote({ steps, balancedSteps }: Steps, preset: TrainingForm["preset"]): string | undefined {
  if (balancedSteps === undefined) return undefined;
  if (preset === "thorough" && steps <= balancedSteps)
    return t("No more steps than Balanced, which already repeats small data sets many times.");
  // The paper's passes count, however short they are.
  if (preset === "paper" && 2 * steps < balancedSteps)
    return t("Too few steps to learn much: Balanced takes {0}.", balancedSteps);
  return undefined;
}
