/**
 * The findings of a trial of a new adapter: completions of held-out lines and bodies with the base alone, or the earlier adapter,
 * and with the new one. The report of a training contains the figures. This file knows no model; core/evaluation/trial runs the
 * trial.
 */

import * as z from "zod";
import type { InstalledBase } from "../baseModels/installedBase.ts";
import type { Gate } from "../foundation/waiting/gate.ts";
import type { Log } from "../foundation/log.ts";
import type { HeldOutFile } from "./data/heldOutFiles.ts";

/**
 * - "better", "worse": by more than chance, more or fewer lines are right with the adapter, or bodies of blocks are more or less
 *   like the author's;
 * - "alike": enough lines for a verdict, and no such difference;
 * - "untold": too few lines for a verdict.
 */
export const trialVerdicts = ["better", "worse", "alike", "untold"] as const;
export type TrialVerdict = (typeof trialVerdicts)[number];

/**
 * How an adapter forgets general code:
 * - "lines": by more than chance, fewer of its lines are right;
 * - "bits": no such difference, but it needs more bits per byte, by more than chance and a limit.
 */
export const forgettings = ["lines", "bits"] as const;
export type Forgetting = (typeof forgettings)[number];

const count = z.int().nonnegative();
const estimate = z.object({ value: z.number(), low: z.number(), high: z.number() });

/** Scores in percent, and bits per byte of the files' text, which are absent if there was no time to measure them. */
const scores = z.object({ exact: estimate, editSimilarity: estimate, bitsPerByte: z.number().optional() });

/** The adapter's score minus the base's, with its 95 % interval and the probability of as large a difference by chance. */
const difference = z.object({ value: z.number(), low: z.number(), high: z.number(), p: z.number() });

const compared = { base: scores, adapter: scores, exact: difference, editSimilarity: difference };
const comparison = z.object({ lines: count, ...compared, bitsPerByte: difference.optional() });
const comparisonOfBodies = z.object({ bodies: count, ...compared });

export const trialReport = z.object({
  verdict: z.enum(trialVerdicts),
  /** What decided that an adapter is better or worse; absent in reports of earlier versions, in which it was lines. */
  decidedBy: z.enum(["lines", "bodies"]).optional(),
  /** What it was compared with: the adapter that the training continues. Absent for the base alone. */
  against: z.literal("adapter").optional(),
  /** Held-out files that the lines come from. */
  files: count,
  seconds: z.number(),
  /** The scores with the context that the editor adds from other files of the folder. The verdict is about these and the bodies. */
  served: comparison,
  /** The scores on bodies of blocks, with the same context; absent if there was no time for them, or there are none. */
  bodies: comparisonOfBodies.optional(),
  /** The scores with the file alone. */
  alone: comparison.optional(),
  /** The scores on general code, which has nothing to do with the folder. */
  general: comparison.optional(),
  /** How the adapter forgets that code; absent if it does not, and in reports of earlier versions. */
  forgets: z.enum(forgettings).optional(),
});

export type TrialReport = z.infer<typeof trialReport>;
export type TrialComparison = z.infer<typeof comparison>;
export type TrialOfBodies = z.infer<typeof comparisonOfBodies>;
export type TrialScores = z.infer<typeof scores>;

/** A held-out line or body and its completions. */
export interface TrialExample {
  readonly path: string;
  /** 1-based. */
  readonly line: number;
  /** The end of the text before the cursor. */
  readonly before: string;
  /** The author's text, the base's, and the adapter's. */
  readonly author: string;
  readonly base: string;
  readonly adapter: string;
}

export interface TrialResult extends TrialReport {
  /** The lines and bodies that the adapter improves most, and those that it worsens most. */
  readonly best: readonly TrialExample[];
  readonly worst: readonly TrialExample[];
}

/**
 * The objection to using an adapter without asking the user: a verdict other than "better"; or, with too few lines for a verdict,
 * that fewer lines are right or that the adapter forgets general code.
 */
export type Objection = "worse" | "alike" | "fewer-lines" | "forgets";

/** Returns undefined if the adapter may be used without asking. */
export function objectionTo({
  verdict,
  served,
  forgets,
}: Pick<TrialReport, "verdict" | "served" | "forgets">): Objection | undefined {
  if (verdict === "better") return undefined;
  if (verdict !== "untold") return verdict;
  if (served.adapter.exact.value < served.base.exact.value) return "fewer-lines";
  return forgets && "forgets";
}

export interface TrialProgress {
  /** Completions and readings, and their total. */
  done: number;
  of: number;
  etaSeconds: number;
}

/** A trained adapter that is not in its place yet. */
export interface TrialSubject {
  readonly base: InstalledBase;
  /** Its folder. */
  readonly adapter: string;
  /** The folder of the adapter to compare it with; by default that is the base alone. */
  readonly earlier?: string | undefined;
  readonly heldOut: readonly HeldOutFile[];
  readonly seed: number;
  /** Seconds that the training took; a trial takes at most a part of it. */
  readonly trainingSeconds: number;
  /** The folder of the data that ships with Graft. */
  readonly shippedData?: string | undefined;
}

export interface TrialControl {
  readonly log: Log;
  readonly signal?: AbortSignal | undefined;
  /** While closed, it makes the trial wait, and the trial's time stands still. */
  readonly gate?: Gate | undefined;
  /** When aborted, the trial ends with what it has found so far. */
  readonly enough?: AbortSignal | undefined;
  readonly onProgress?: ((progress: TrialProgress) => void) | undefined;
}

/** Returns undefined if nothing could be compared. */
export type Trial = (subject: TrialSubject, control: TrialControl) => Promise<TrialResult | undefined>;

/** A trial takes at most this share of the training's time, but may always take the shortest limit. The limits are in seconds. */
const shareOfTraining = 1 / 3;
const [shortestLimit, longestLimit] = [120, 600];

/** Returns the most seconds that the trial of a training takes. */
export function longestTrial(trainingSeconds: number): number {
  return Math.min(longestLimit, Math.max(shortestLimit, shareOfTraining * trainingSeconds));
}
