/** Messages between the extension and the statistics view. The extension validates all messages of this web page. */

import * as z from "zod/mini";

/** What an arm of a comparison sets. */
const armSetting = z.object({
  /** One of the choices, such as "team@0.75 + own"; null for the base alone. */
  adapter: z.nullable(z.string().check(z.minLength(1))),
  /** Whether other files of the repository may be in the prompt. */
  context: z.boolean(),
});

export type ArmSetting = z.infer<typeof armSetting>;

/** Messages from the view to the extension. */
export const fromStatistics = z.discriminatedUnion("type", [
  /** The view was (re)loaded and has no state. */
  z.object({ type: z.literal("ready") }),
  z.object({ type: z.literal("choosePeriod"), days: z.int().check(z.gte(1), z.lte(366)) }),
  z.object({ type: z.literal("export") }),
  /** Asks the user to confirm first. */
  z.object({ type: z.literal("clear") }),
  z.object({ type: z.literal("turn"), on: z.boolean() }),
  z.object({ type: z.literal("compare"), a: armSetting, b: armSetting }),
  z.object({ type: z.literal("stopComparing") }),
  /** Removes the result of a comparison that has stopped. */
  z.object({ type: z.literal("dismissComparison") }),
  z.object({ type: z.literal("showLog") }),
]);

export type FromStatistics = z.infer<typeof fromStatistics>;

/** Messages from the extension to the view. */
export type ToStatistics = { type: "state"; state: StatisticsState };

/** All shares are from 0 to 1, and undefined if there is nothing to share. */
export interface MeasuresShown {
  shown: number;
  read: number;
  accepted: number;
  acceptedInPart: number;
  typedOut: number;
  acceptedShare: number | undefined;
  keptShare: Readonly<Record<30 | 120 | 600, number | undefined>>;
  savedCharacters: number;
  silence: number | undefined;
  /** In milliseconds. */
  latency: { p50: number; p95: number; p99: number } | undefined;
}

export interface VariantShown extends MeasuresShown {
  base: string;
  adapter: string | null;
  context: boolean;
}

export interface DayShown {
  /** Such as "2026-11-26". */
  day: string;
  shown: number;
  /** Whole or in part. */
  accepted: number;
}

type Arm = "a" | "b";

export interface ComparisonShown {
  a: ArmSetting;
  b: ArmSetting;
  base: string;
  /** Whether it has stopped. Its result stays until it is dismissed. */
  hasEnded: boolean;
  suggestions: Readonly<Record<Arm, number>>;
  verdict: Arm | "alike" | "open" | "tooFew";
  /** About how many more suggestions a verdict needs. */
  needed: number;
  /** Absent while there are too few suggestions. */
  found?: {
    /** The share of kept suggestions. */
    shares: Readonly<Record<Arm, number>>;
    /** The share of A minus that of B, with its interval. */
    difference: number;
    interval: { low: number; high: number };
  };
  measures: Readonly<Record<Arm, MeasuresShown>>;
}

export interface StatisticsState {
  isOn: boolean;
  /** Undefined until they have been read. */
  statistics:
    | {
        /** Every day of the period, oldest first. */
        days: readonly DayShown[];
        whole: MeasuresShown;
        /** The one with most suggestions first. */
        variants: readonly VariantShown[];
      }
    | undefined;
  /** In days. */
  period: number;
  /** The error if the statistics cannot be read or written. */
  problem: { message: string; nextStep: string } | undefined;
  comparison: ComparisonShown | undefined;
  /** What can be compared here. Several adapters in use are one choice. */
  choices: { base: string; adapters: readonly string[]; active: string | null; canSwitchContext: boolean };
}
