/** Chooses the examples to hold out for validation, and finds duplicates, by hashes of their content. */

import { createHash } from "node:crypto";
import type { Example } from "./example.ts";

/** Returns a hash of an example's content as a number in [0, 1). The hash depends on the seed. */
export function contentHash(example: Example, seed: number): number {
  const { kind } = example;
  const content =
    kind === "pair"
      ? [example.intent, example.code]
      : kind === "text"
        ? [example.text]
        : [example.prefix, example.suffix, example.middle];
  const digest = createHash("sha1")
    .update(JSON.stringify([seed, kind, ...content]))
    .digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
}

export interface HashCounts {
  add(hash: number): void;
  /**
   * Returns a bound with about a `fraction` of the hashes below it: at least one, and a few more if many share a bucket. Infinity
   * if no hash would be above the bound.
   */
  boundOf(fraction: number): number;
}

const buckets = 1 << 16;

/** Counts hashes in buckets, so that memory does not grow with their number. */
export function countHashes(): HashCounts {
  const counts = new Uint32Array(buckets);
  let all = 0;
  return {
    add(hash) {
      counts[Math.floor(hash * buckets)]!++;
      all++;
    },
    boundOf(fraction) {
      const wanted = Math.max(1, Math.round(all * fraction));
      let [bucket, below] = [0, 0];
      while (below < wanted && bucket < buckets) below += counts[bucket++]!;
      return below < all ? bucket / buckets : Infinity;
    },
  };
}
