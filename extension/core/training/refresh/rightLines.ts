/**
 * The change that a refresh made on its own held-out lines, as numbers of lines. Each refresh draws other lines, so the shares of
 * two refreshes cannot be compared, only those before and after the same one. Knows no files.
 */

import type { Refresh } from "./refreshLog.ts";

export interface RightLines {
  readonly of: number;
  readonly before: number;
  readonly after: number;
}

/** Returns undefined if nothing was tried. */
export function rightLines({ lines }: Pick<Refresh, "lines">): RightLines | undefined {
  if (!lines) return undefined;
  const { count: of, before, after } = lines;
  const rightOf = (percentage: number): number => Math.round((of * percentage) / 100);
  return { of, before: rightOf(before), after: rightOf(after) };
}
