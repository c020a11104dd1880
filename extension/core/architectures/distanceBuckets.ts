/** T5's buckets: distances between tokens that share a bias, single ones when near, ever wider ranges when far. */

export interface BucketOptions {
  readonly buckets: number;
  /** From here on, all distances are in the last bucket of their direction. */
  readonly maxDistance: number;
}

/**
 * The bucket of every distance (position of the key less that of the query) within sequences of `length` tokens. That of
 * distance d stands at d; negative distances count from the end. Those ahead have no bucket of their own where only the
 * past is seen.
 *
 * Source: T5Attention._relative_position_bucket of transformers, which computes in float32; so does this, since a boundary
 * between two buckets may hang on the last digit.
 *
 * @returns [2·length - 1]
 */
export function distanceBuckets(
  { buckets, maxDistance, direction }: BucketOptions & { readonly direction: "bidirectional" | "causal" },
  length: number,
): BigInt64Array {
  const perDirection = direction === "bidirectional" ? Math.floor(buckets / 2) : buckets;
  const single = Math.floor(perDirection / 2);
  const { fround, log } = Math;
  const bucketOf = (distance: number): number => {
    if (distance < single) return distance;
    const share = fround(fround(log(fround(distance / single))) / fround(log(maxDistance / single)));
    return Math.min(perDirection - 1, single + Math.floor(fround(share * (perDirection - single))));
  };
  const result = new BigInt64Array(2 * length - 1);
  for (let distance = 1 - length; distance < length; distance++) {
    const ahead = direction === "bidirectional" && distance > 0 ? perDirection : 0;
    const seen = direction === "bidirectional" ? Math.abs(distance) : Math.max(0, -distance);
    result[distance < 0 ? result.length + distance : distance] = BigInt(ahead + bucketOf(seen));
  }
  return result;
}
