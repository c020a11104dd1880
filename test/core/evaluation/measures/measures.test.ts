import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { chrf } from "../../../../extension/core/evaluation/measures/chrf.ts";
import { codeBleu, codeBleuBehaviours } from "../../../../extension/core/evaluation/measures/codebleu/codeBleu.ts";
import { editSimilarity } from "../../../../extension/core/evaluation/measures/editSimilarity.ts";
import { exactMatch } from "../../../../extension/core/evaluation/measures/exactMatch.ts";
import { addTo, type Measure } from "../../../../extension/core/evaluation/measures/measure.ts";
import { passAtK } from "../../../../extension/core/evaluation/measures/passAtK.ts";
import { openPythonParser } from "../../../../extension/core/python/pythonParser.ts";

interface Values
  extends Record<"k4black" | "codexglue", number[]>, Record<"chrf" | "chrf++" | "editSimilarity", number> {
  /** Parts of CodeBLEU that change with Python's hash seed, such as "k4black dataflow". */
  unsure?: string[];
}

/** The results of codebleu, sacrebleu and rapidfuzz: test/fixtures/measures/measures.py. */
const reference = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../fixtures/measures/measures.json"), "utf8"),
) as {
  parts: string[];
  passAtK: [samples: number, passed: number, k: number, value: number][];
  pairs: (Values & { prediction: string; reference: string })[];
  corpora: (Values & { name: string; pairs: number[] })[];
};
const parser = await openPythonParser();

/**
 * Pairs with a broken prediction that tree-sitter parses differently in UTF-16 than in UTF-8, which the reference uses
 * (docs/decisions/0011). Only the parts that use the tree differ.
 */
const otherTrees = new Set([160, 285, 291, 400, 408]);
const treeless = new Set(["ngram", "weightedNgram"]);

function scoresOf(measure: Measure, items: readonly number[]): Record<string, number> {
  const sums = new Float64Array(measure.width);
  for (const item of items) {
    const pair = reference.pairs[item]!;
    addTo(sums, measure.count([pair.prediction], pair.reference));
  }
  return measure.scores(sums);
}

test("at least 300 pairs, at least 100 of them nasty", () => {
  expect(reference.pairs.length).toBeGreaterThan(300);
  expect(reference.corpora.find(({ name }) => name === "nasty")?.pairs.length).toBeGreaterThan(100);
});

describe.each(codeBleuBehaviours)("codeBleu as %s", (behaviour) => {
  const measure = codeBleu(parser, behaviour);
  const wrong = (scores: Record<string, number>, values: Values, parts: readonly string[]): string[] =>
    parts.filter((part) => {
      const expected = values[behaviour][reference.parts.indexOf(part)]!;
      return !values.unsure?.includes(`${behaviour} ${part}`) && !(Math.abs(scores[part]! - expected) <= 1e-9);
    });

  test("every pair has the reference's score, in all parts, where that is deterministic", () => {
    const off = reference.pairs.flatMap((values, i) => {
      const parts = otherTrees.has(i) ? reference.parts.filter((part) => treeless.has(part)) : reference.parts;
      return wrong(scoresOf(measure, [i]), values, parts).map((part) => `${i} ${part}`);
    });
    expect(off).toEqual([]);
  });

  test.each(reference.corpora)("the corpus of $name pairs has the reference's score", (values) => {
    expect(values.unsure).toBeUndefined();
    const pairs = values.pairs.filter((i) => !otherTrees.has(i));
    expect(pairs).toEqual(values.pairs);
    expect(wrong(scoresOf(measure, pairs), values, reference.parts)).toEqual([]);
  });
});

describe.each([
  ["chrf", chrf("chrf")],
  ["chrf++", chrf("chrf++")],
  ["editSimilarity", editSimilarity],
] as const)("%s", (name, measure: Measure) => {
  const scoreOf = (items: readonly number[]): number => Object.values(scoresOf(measure, items))[0]!;

  test("every pair has the reference's score", () => {
    const off = reference.pairs.flatMap((values, i) => (Math.abs(scoreOf([i]) - values[name]) <= 1e-9 ? [] : [i]));
    expect(off).toEqual([]);
  });

  test.each(reference.corpora)("the corpus of $name pairs has the reference's score", (values) => {
    expect(scoreOf(values.pairs)).toBeCloseTo(values[name], 9);
  });
});

describe("exactMatch", () => {
  const scores = (items: [predictions: string[], reference: string][]): Record<string, number> => {
    const measure = exactMatch([1, 2, 10]);
    const sums = new Float64Array(measure.width);
    for (const [predictions, expected] of items) addTo(sums, measure.count(predictions, expected));
    return measure.scores(sums);
  };

  test("counts a hit from its rank on, in percent", () => {
    const items: [string[], string][] = [
      [["x", "y"], "x"],
      [["x", "y"], "y"],
      [["a", "b", "c"], "c"],
      [["a"], "z"],
    ];
    expect(scores(items)).toEqual({ "em@1": 25, "em@2": 50, "em@10": 75 });
  });

  test("normalizes nothing, and needs no prediction", () => {
    expect(scores([[["x "], "x"]])).toEqual({ "em@1": 0, "em@2": 0, "em@10": 0 });
    expect(scores([[[], ""]])).toEqual({ "em@1": 0, "em@2": 0, "em@10": 0 });
    expect(scores([])).toEqual({ "em@1": 0, "em@2": 0, "em@10": 0 });
  });
});

describe("passAtK", () => {
  // Expected: 1 − C(n − c, k) / C(n, k) in whole numbers.
  test.each(reference.passAtK)("%d samples, %d passed, k = %d", (samples, passed, k, value) => {
    expect(passAtK(samples, passed, k)).toBeCloseTo(value, 12);
  });

  test("more samples asked for than there are is a bug of the caller", () => {
    expect(() => passAtK(5, 1, 10)).toThrow(/^internal:/);
  });
});
