import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Example } from "../../../extension/core/dataset/example.ts";
import { contentHash, countHashes } from "../../../extension/core/dataset/holdOut.ts";

const text = (i: number): Example => ({ kind: "text", text: `x = ${i}` });

describe("contentHash", () => {
  test("is the same for the same content and seed only", () => {
    const pair: Example = { kind: "pair", intent: "a", code: "b" };
    expect(contentHash(pair, 1)).toBe(contentHash({ ...pair }, 1));
    const others: Example[] = [
      { kind: "pair", intent: "ab", code: "" },
      { kind: "pair", intent: "b", code: "a" },
      { kind: "text", text: "ab" },
      { kind: "fill", prefix: "a", suffix: "b", middle: "" },
    ];
    const hashes = [pair, ...others].map((example) => contentHash(example, 1));
    expect(new Set(hashes).size).toBe(5);
    expect(contentHash(pair, 2)).not.toBe(hashes[0]);
  });
});

describe("countHashes", () => {
  const bound = (hashes: readonly number[], fraction: number): number => {
    const counts = countHashes();
    for (const hash of hashes) counts.add(hash);
    return counts.boundOf(fraction);
  };

  test("bounds the requested fraction, at least one and few more", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 5000 }),
        fc.double({ min: 0.001, max: 0.5, noNaN: true }),
        (count, fraction) => {
          const hashes = Array.from({ length: count }, (_, i) => contentHash(text(i), 3));
          const limit = bound(hashes, fraction);
          if (limit === Infinity) return expect(count).toBe(2);
          const below = hashes.filter((hash) => hash < limit).length;
          const wanted = Math.max(1, Math.round(count * fraction));
          expect(below).toBeGreaterThanOrEqual(wanted);
          expect(below).toBeLessThanOrEqual(wanted + 3);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("has no bound if nothing would be above it", () => {
    expect(bound([0.5], 0.1)).toBe(Infinity);
    expect(bound([0.5, 0.5, 0.5], 0.1)).toBe(Infinity);
    expect(bound([0.2, 0.5], 0.9)).toBe(Infinity);
    expect(bound([0.2, 0.5], 0.1)).toBeLessThan(0.5);
  });
});
