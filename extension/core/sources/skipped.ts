/** The reasons why a file of a project is left out of training. */

export const skipReasons = [
  "ignored",
  "environment",
  "installed",
  "hidden",
  "secret",
  "duplicate",
  "generated",
  "minified",
  "unparsable",
  "large",
  "binary",
  "encoding",
  "empty",
  "unreadable",
] as const;
export type SkipReason = (typeof skipReasons)[number];

/**
 * A file that was left out, or a folder, whose path ends with a slash. A .gitignore that cannot be read stands for its folder, whose
 * files are all left out.
 */
export interface Skipped {
  /** Relative to the requested folder, with forward slashes. */
  readonly path: string;
  readonly reason: SkipReason;
}

/** The reason in words for people. */
export function reasonText(reason: string): string {
  return reason === "unparsable" ? "not valid Python" : reason;
}

/** Counts the reasons that occur, in the order of {@link skipReasons}. */
export function countByReason(skipped: readonly Skipped[]): Partial<Record<SkipReason, number>> {
  const counts = skipReasons.map((reason) => [reason, skipped.filter((one) => one.reason === reason).length] as const);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}
