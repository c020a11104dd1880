/**
 * What a refresh changed on its own held-out lines, as numbers of lines. Each refresh draws other lines, so that shares of two refreshes tell
 * nothing about each other: only before and after of one compare. Knows no files.
 */

import type { Refresh } from "./refreshLog.ts";

export interface RightLines {
  readonly of: number;
  readonly before: number;
  readonly after: number;
}

/** Returns undefined where nothing was tried. */
export function rightLines({ lines }: Pick<Refresh, "lines">): RightLines | undefined {
  if (!lines) return undefined;
  const { count: of, before, after } = lines;
  const rightOf = (percentage: number): number => Math.round((of * percentage) / 100);
  return { of, before: rightOf(before), after: rightOf(after) };
}
