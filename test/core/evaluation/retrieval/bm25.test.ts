import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bm25 } from "../../../../extension/core/evaluation/retrieval/bm25.ts";

/** The package bm25s: test/fixtures/bm25/make.py. */
const reference = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../fixtures/bm25/reference.json"), "utf8"),
) as { texts: string[]; queries: string[]; scores: number[][] };
const index = bm25(reference.texts);

describe("bm25", () => {
  test.each(reference.queries.map((query, i) => [query, reference.scores[i]!] as const))(
    "%j: the scores of another implementation",
    (query, scores) => {
      for (const [i, score] of index.scores(query).entries()) expect(score).toBeCloseTo(scores[i]!, 5);
    },
  );

  test("the nearest come first, of equals the earlier, and no more than there are", () => {
    expect(index.nearest("sort a list by key name", 3)).toEqual([0, 8, 1]);
    expect(index.nearest("nothing shared whatever", 2)).toEqual([0, 1]);
    expect(index.nearest("list", 100)).toHaveLength(reference.texts.length);
    expect(bm25([]).nearest("list", 3)).toEqual([]);
  });

  test("case and punctuation do not matter, and words beyond ASCII are words", () => {
    const words = bm25(["Größe, der Datei!", "größe"]);
    expect(words.nearest("DATEI", 1)).toEqual([0]);
    expect(words.scores("GRÖSSE").every((score) => score === 0)).toBe(true);
    expect(words.scores("GRÖßE").every((score) => score > 0)).toBe(true);
  });
});
