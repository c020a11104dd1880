/** Reports the progress of an evaluation to pages. */

import type { EvaluationProgress } from "../../core/evaluation/runs/progress.ts";
import type { LiveEvaluation } from "../../../webview/protocol/liveEvaluation.ts";

export function liveEvaluation(progress: EvaluationProgress): LiveEvaluation {
  const { phase, done, total = done, etaSeconds, tokensPerSecond, last } = progress;
  return {
    stage: stages[phase],
    done,
    total,
    ...(etaSeconds !== undefined && { etaSeconds }),
    ...(tokensPerSecond !== undefined && { tokensPerSecond }),
    ...(last && { last: { intent: last.intent ?? last.id, prediction: last.predictions[0] ?? "" } }),
  };
}

/** The pages do not offer n-grams, so "corpus" and "counting" do not occur. */
const stages: Readonly<Record<EvaluationProgress["phase"], LiveEvaluation["stage"]>> = {
  corpus: "predicting",
  counting: "predicting",
  bits: "measuring",
  infilling: "predicting",
  predicting: "predicting",
  scoring: "scoring",
};
