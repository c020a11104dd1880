/** What the training view shows of an estimate. */

/** Time, memory and disk of the form's training on this machine. `isStale`: the form has changed since. */
export type EstimateState = { isStale?: boolean } & (
  | {
      phase: "done";
      steps: number;
      /** The passes over the data that these steps make. */
      epochs: number;
      /** What "Balanced" would take; absent if it is chosen, or if the form gives the epochs. */
      balancedSteps?: number;
      /** The time of steps and validations; absent for bases without an estimate. */
      seconds?: number;
      /** The most that a trial on held-out lines takes; absent without one. */
      trialSeconds?: number;
      memoryBytes: number;
      diskBytes: number;
    }
  /** `isRefusal`: the training does not fit on this machine. Other failures say nothing about the training. */
  | { phase: "failed"; message: string; nextStep: string; isRefusal: boolean }
);
