/** Counts n-grams. */

/**
 * Returns the counts of one order's n-grams of `items`. A key joins the items with `separator`, which must not occur
 * in them unless all have the same length.
 */
export function ngramCounts(items: readonly string[], order: number, separator: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (let end = order; end <= items.length; end++) {
    let ngram = items[end - order]!;
    for (let i = end - order + 1; i < end; i++) ngram += separator + items[i]!;
    counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
  }
  return counts;
}

/** Returns how many n-grams two texts share, each as often as both have it. */
export function sharedCount(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let shared = 0;
  for (const [ngram, count] of a) shared += Math.min(count, b.get(ngram) ?? 0);
  return shared;
}
