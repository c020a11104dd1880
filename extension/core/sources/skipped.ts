/** The reasons why a file of a project is left out of training. */

import { english, say, type Said } from "../foundation/words/said.ts";

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
 * A file that was left out, or a folder, whose path ends with a slash. A .gitignore that cannot be read represents its folder,
 * whose files are all left out.
 */
export interface Skipped {
  /** Relative to the requested folder, with forward slashes. */
  readonly path: string;
  readonly reason: SkipReason;
}

const texts: Readonly<Record<SkipReason, Said>> = {
  ignored: say`ignored`,
  environment: say`environment`,
  installed: say`installed`,
  hidden: say`hidden`,
  secret: say`secret`,
  duplicate: say`duplicate`,
  generated: say`generated`,
  minified: say`minified`,
  unparsable: say`not valid Python`,
  large: say`large`,
  binary: say`binary`,
  encoding: say`encoding`,
  empty: say`empty`,
  unreadable: say`unreadable`,
};

/** Returns the reason in words for the user. */
export function reasonText(reason: SkipReason): Said {
  return texts[reason];
}

/** "3 duplicate, 1 empty" */
export function countsText(skipped: readonly Skipped[]): string {
  const counts = Object.entries(countByReason(skipped)) as [SkipReason, number][];
  return counts.map(([reason, count]) => `${count} ${english(reasonText(reason))}`).join(", ");
}

/** Counts the reasons that occur, in the order of {@link skipReasons}. */
export function countByReason(skipped: readonly Skipped[]): Partial<Record<SkipReason, number>> {
  const counts = skipReasons.map((reason) => [reason, skipped.filter((one) => one.reason === reason).length] as const);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}
