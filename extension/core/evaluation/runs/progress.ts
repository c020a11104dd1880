/** The progress of an evaluation, and the time left in a phase. */

import type { Log } from "../../foundation/log.ts";
import type { Prediction } from "./runRecord.ts";

export interface EvaluationControl {
  readonly signal?: AbortSignal | undefined;
  /** Ends the evaluation after the chunk at work, so that no prediction is lost. */
  readonly pause?: AbortSignal | undefined;
  readonly onProgress?: ((progress: EvaluationProgress) => void) | undefined;
  readonly log: Log;
}

export interface PhaseProgress {
  /**
   * "predicting" counts tasks, and "scoring" those that have predictions. For held-out code, "bits" counts files and
   * "infilling" holes, as it does for published benchmarks. N-grams come first: "corpus" counts files, "counting" tokens.
   */
  readonly phase: "predicting" | "scoring" | "corpus" | "counting" | "bits" | "infilling";
  readonly done: number;
  /** Absent while it is unknown. */
  readonly total?: number;
  /** Until the end of the phase. */
  readonly etaSeconds?: number;
  /** While predicting: since the start, or since the run resumed. */
  readonly tokensPerSecond?: number;
  /** The last prediction. */
  readonly last?: Prediction;
}

export interface EvaluationProgress extends PhaseProgress {
  /** The run's id. */
  readonly run: string;
  readonly candidate: string;
}

export interface PhaseControl {
  readonly log: Log;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: (progress: PhaseProgress) => void;
}

/** Adds the time left in a phase to reports that lack it, from the pace since the phase's first report. */
export function withTimeLeft(onProgress: (progress: PhaseProgress) => void): (progress: PhaseProgress) => void {
  let [phase, startedAt, before] = ["", 0, 0];
  return (progress) => {
    const now = performance.now();
    const { done, total } = progress;
    if (progress.phase !== phase) [phase, startedAt, before] = [progress.phase, now, done];
    const isKnown = total !== undefined && done > before && now > startedAt;
    const etaSeconds = isKnown ? ((now - startedAt) / 1000 / (done - before)) * (total - done) : undefined;
    onProgress({ ...(etaSeconds !== undefined && { etaSeconds }), ...progress });
  };
}
