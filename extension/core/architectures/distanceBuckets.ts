/** T5's distance buckets: token distances that share a bias. Near distances have single buckets, far ones ever wider ranges. */

export interface BucketOptions {
  readonly buckets: number;
  /** Distances from here on share the last bucket of their direction. */
  readonly maxDistance: number;
}

/**
 * Returns the bucket of every distance (position of the key minus that of the query) within sequences of `length`
 * tokens. The bucket of distance d is at index d; negative distances count from the end. With "causal", distances ahead
 * have no buckets of their own.
 *
 * Source: T5Attention._relative_position_bucket of transformers. This also computes in float32, because the last digit
 * can decide the boundary between two buckets.
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
