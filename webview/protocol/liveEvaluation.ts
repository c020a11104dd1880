/** The progress of an evaluation, as pages show it. */

export interface LiveEvaluation {
  /** "measuring" counts files of held-out code, for bits per byte. */
  stage: "measuring" | "predicting" | "scoring";
  done: number;
  total: number;
  etaSeconds?: number;
  tokensPerSecond?: number;
  /** The last prediction. */
  last?: { intent: string; prediction: string };
}
