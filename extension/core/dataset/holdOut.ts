/** Which examples are set aside for validation, and which are known already: by what they say, wherever they stand. */

import { createHash } from "node:crypto";
import type { Example } from "./example.ts";

/** A number in [0, 1) that only examples of the same content share; another seed gives other numbers. */
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
   * The bound below which a `fraction` of the hashes lies: at least one, and a few more where many are close together.
   * Infinity where nothing would be left above it.
   */
  boundOf(fraction: number): number;
}

const buckets = 1 << 16;

/** Counts hashes in buckets, in little memory however many there are. */
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
