/** The findings of a trial as sentences. */

import type { TrialComparison, TrialShown } from "../../protocol/trial.ts";
import { signed } from "../../shared/figures.ts";
import { t } from "../../shared/l10n.ts";

/** The fewest epochs that still leave some to do without. */
const fewestToReduce = 1.5;

export function verdictText(trial: TrialShown): string {
  const { verdict, decidedBy, bodies, served } = trial;
  if (decidedBy === "bodies" && bodies) return verdictOfBodies(verdict, bodies);
  const { exact, base, adapter, lines } = served;
  const ofHundred = [adapter, base].map((scores) => Math.round(scores.exact.value));
  const values = [...ofHundred, signed(exact.low), signed(exact.high)];
  switch (verdict) {
    case "better":
      return t("It helps: right at {0} of 100 lines instead of {1}; between {2} and {3}, 95 %.", ...values);
    case "worse":
      return t("It harms: right at {0} of 100 lines instead of {1}; between {2} and {3}, 95 %.", ...values);
    case "alike":
      return t(
        "It makes no clear difference: right at {0} of 100 lines instead of {1}; between {2} and {3}, 95 %.",
        ...values,
      );
    case "untold": {
      const right = [adapter, base].map((scores) => Math.round((scores.exact.value * lines) / 100));
      return t(
        "Too few lines to tell yet: right at {0} of {1} lines, and at {2} without it.",
        right[0]!,
        lines,
        right[1]!,
      );
    }
  }
}

function verdictOfBodies(
  verdict: TrialShown["verdict"],
  { base, adapter, editSimilarity: { low, high } }: NonNullable<TrialShown["bodies"]>,
): string {
  const likeness = [adapter, base].map((scores) => Math.round(scores.editSimilarity.value));
  const values = [...likeness, signed(low), signed(high)];
  return verdict === "better"
    ? t(
        "It helps: bodies of blocks are {0} % like the author's instead of {1} %; between {2} and {3}, 95 %.",
        ...values,
      )
    : t(
        "It harms: bodies of blocks are {0} % like the author's instead of {1} %; between {2} and {3}, 95 %.",
        ...values,
      );
}

/** Returns the sentence about lines or bodies, whichever {@link verdictText} is not about. */
export function otherText({ decidedBy, bodies, served }: TrialShown): string | undefined {
  if (!bodies) return undefined;
  if (decidedBy === "bodies") {
    const [before, after] = [served.base, served.adapter].map((scores) => Math.round(scores.exact.value));
    return t("Lines: right at {0} of 100; without the adapter {1}.", after!, before!);
  }
  const [before, after] = [bodies.base, bodies.adapter].map((scores) => Math.round(scores.editSimilarity.value));
  const count = bodies.bodies;
  return t("Bodies of blocks ({0}): {1} % like the author's; without the adapter {2} %.", count, after!, before!);
}

/** Returns what the adapter does to code that has nothing to do with the workspace. */
export function generalText({ general, forgets }: TrialShown): string | undefined {
  if (!general) return undefined;
  const [before, after] = [general.base, general.adapter].map((scores) => Math.round(scores.exact.value));
  switch (forgets) {
    case "lines":
      return t("It forgets: right at {0} of 100 lines of general Python code instead of {1}.", after!, before!);
    case "bits":
      return t(
        "It forgets: it is less sure of general Python code ({0} % more bits per byte). {1}",
        Math.round(moreBits(general)),
        linesBesideBits(before!, after!),
      );
    default:
      return t("General Python code: right at {0} of 100 lines; without it {1}.", after!, before!);
  }
}

/** Returns how many of 100 lines are right, if only the bits per byte decided. Only a loss needs the remark that it may be chance. */
function linesBesideBits(before: number, after: number): string {
  if (after < before)
    return t("There it is right at {0} of 100 lines instead of {1}, which may be chance.", after, before);
  if (after > before) return t("Even so, it is right at {0} of 100 lines there instead of {1}.", after, before);
  return t("There it is still right at {0} of 100 lines.", after);
}

/** Returns the bits per byte that an adapter needs above the base's, in percent. */
function moreBits({ base, bitsPerByte }: TrialComparison): number {
  return (100 * (bitsPerByte?.value ?? 0)) / (base.bitsPerByte ?? 1);
}

/**
 * What to try next, if there is reason to.
 *
 * @param epochs passes over the data that the training made, if they are known
 */
export function adviceText({ verdict, forgets }: TrialShown, epochs?: number): string | undefined {
  if (forgets) {
    return epochs !== undefined && epochs >= fewestToReduce
      ? t("Try fewer epochs, a lower scale, or a method that changes the base less, such as IA3.")
      : t("Try a lower scale, a method that changes the base less, such as IA3, or a larger base model.");
  }
  if (verdict === "better") return undefined;
  if (verdict === "untold") return t("Train on more code for a verdict, or compare the two while you work.");
  return t("Try more code, another method or a larger base model.");
}
