/** What a trial of a new adapter found, as the training view shows it. */

/** What a trial on held-out code found: scores in percent and bits per byte, with the adapter and with the base alone. */
export interface TrialShown {
  verdict: "better" | "worse" | "alike" | "untold";
  /** What decided that the adapter is better or worse; lines if absent. */
  decidedBy?: "lines" | "bodies" | undefined;
  /** Files that the lines come from. */
  files: number;
  /** As in the editor, with what it adds from other files. */
  served: TrialComparison;
  /** Bodies of blocks, as in the editor. */
  bodies?: (Compared & { bodies: number }) | undefined;
  /** From the file alone. */
  alone?: TrialComparison | undefined;
  /** Code that has nothing to do with the workspace. */
  general?: TrialComparison | undefined;
  /** How the adapter forgets that code: significantly fewer lines are right, or only its bits per byte rose. */
  forgets?: "lines" | "bits" | undefined;
  /** Lines and bodies that the adapter improves most, and worsens most. */
  best: readonly TrialExample[];
  worst: readonly TrialExample[];
}

/** Why an adapter is not put into use automatically. The last two apply if there is no verdict. */
export type Objection = "worse" | "alike" | "fewer-lines" | "forgets";

export interface TrialComparison extends Compared {
  lines: number;
}

export interface Compared {
  base: TrialScores;
  adapter: TrialScores;
  exact: Difference;
  editSimilarity: Difference;
  bitsPerByte?: Difference | undefined;
}

export interface TrialScores {
  exact: Interval;
  editSimilarity: Interval;
  bitsPerByte?: number | undefined;
}

/** A number and its 95 % interval. */
export interface Interval {
  value: number;
  low: number;
  high: number;
}

/** The adapter's score minus the base's, and the probability of as large a difference by chance. */
export interface Difference extends Interval {
  p: number;
}

export interface TrialExample {
  path: string;
  line: number;
  /** The end of the text before the cursor. */
  before: string;
  author: string;
  base: string;
  adapter: string;
}
