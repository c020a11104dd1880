/** Counts the work of a trial, estimates the time left, and decides when to stop. */

import type { Gate } from "../../foundation/waiting/gate.ts";
import { longestTrial, type TrialProgress } from "../../training/trialReport.ts";

export interface TrialMeter {
  /** A piece of work is done. */
  done(): void;
  /** Removes pieces from the plan that turn out to be unnecessary. At least one piece must be done before. */
  spared(pieces: number): void;
  /** Whether work that may end after this share of the time should end with what it has. */
  isOver(share: number): boolean;
}

export interface TrialMeterOptions {
  /** Pieces of work in all. */
  readonly of: number;
  readonly trainingSeconds: number;
  /** Provides the trial's clock. */
  readonly gate: Pick<Gate, "now">;
  /** Aborted when the user wants the trial to end. */
  readonly enough?: AbortSignal | undefined;
  readonly onProgress?: ((progress: TrialProgress) => void) | undefined;
}

export function trialMeter({ of: planned, trainingSeconds, gate, enough, onProgress }: TrialMeterOptions): TrialMeter {
  const limit = longestTrial(trainingSeconds);
  const startedAt = gate.now();
  let [done, of] = [0, planned];
  const passed = (): number => gate.now() - startedAt;
  const tell = (): void => {
    const etaSeconds = Math.max(0, Math.min((passed() / done) * (of - done), limit - passed()));
    onProgress?.({ done, of, etaSeconds });
  };
  return {
    done() {
      done++;
      tell();
    },
    spared(pieces) {
      of -= pieces;
      tell();
    },
    isOver: (share) => enough?.aborted === true || passed() > share * limit,
  };
}
