/** Tests the n-gram model against a calculation by hand, and against its definition, implemented with sets of strings. */

import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../../extension/core/foundation/random.ts";
import {
  discountsOf,
  kneserNey,
  type NgramModel,
} from "../../../../extension/core/evaluation/candidates/ngramModel.ts";
import { countNgrams } from "../../../../extension/core/evaluation/candidates/ngramTrie.ts";

async function modelOf(tokens: readonly number[], order: number, vocabularySize: number): Promise<NgramModel> {
  return kneserNey(await countNgrams(Uint32Array.from(tokens), { order, vocabularySize }));
}

/** Returns tokens that depend on earlier ones, so that counts of all sizes occur. */
function stream(length: number, vocabularySize: number): number[] {
  const random = seededRandom(3, "stream");
  const tokens: number[] = [];
  for (let i = 0; i < length; i++) {
    const next = ((tokens.at(-1) ?? 0) * 3 + (tokens.at(-2) ?? 0) + random.integer(2)) % vocabularySize;
    tokens.push(random.next() < 0.3 ? random.integer(vocabularySize) : next);
  }
  return tokens;
}

describe("kneserNey", () => {
  test("of a b a b a c, by hand", async () => {
    const [a, b, c, d] = [0, 1, 2, 3];
    const model = await modelOf([a, b, a, b, a, c], 2, 4);
    // Each of a, b and c follows one token; too little to estimate discounts from: 0.5 from 1, 1 from 2.
    const single = 0.5 / 3 + (1.5 / 3) * (1 / 4);
    expect(model.probability([], d)).toBeCloseTo(0.125, 12);
    expect(model.probability([], a)).toBeCloseTo(single, 12);
    // After a, b occurs twice and c once.
    expect(model.probability([a], b)).toBeCloseTo(1 / 3 + 0.5 * single, 12);
    expect(model.probability([a], c)).toBeCloseTo(0.5 / 3 + 0.5 * single, 12);
    expect(model.probability([a], d)).toBeCloseTo(0.5 * 0.125, 12);
    // Nothing has been seen after c.
    expect(model.probability([c], b)).toBe(model.probability([], b));
  });

  test("sums to one in every context, seen or not", async () => {
    const model = await modelOf(stream(3000, 11), 5, 11);
    const random = seededRandom(5, "contexts");
    for (let i = 0; i < 200; i++) {
      const context = Array.from({ length: i % 7 }, () => random.integer(11));
      const distribution = model.distribution(context);
      expect(distribution.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 10);
      expect(Math.min(...distribution)).toBeGreaterThan(0);
      expect(distribution[4]).toBe(model.probability(context, 4));
    }
  });

  test.each([1, 2, 3, 4])("equals the definition, order %i", async (order) => {
    const [vocabularySize, tokens] = [6, stream(800, 6)];
    const model = await modelOf(tokens, order, vocabularySize);
    const defined = definition(tokens, order, vocabularySize);
    const random = seededRandom(9, "contexts");
    for (let i = 0; i < 300; i++) {
      const at = random.integer(tokens.length - 6);
      const context = i % 2 ? tokens.slice(at, at + 5) : Array.from({ length: 3 }, () => random.integer(6));
      const token = random.integer(vocabularySize);
      expect(model.probability(context, token)).toBeCloseTo(defined(context, token), 10);
    }
  });
});

test("discountsOf: Chen and Goodman's estimates, and KenLM's where there is too little", () => {
  // Four counts of 1, two of 2, one of 3, one of 4: Y = 4 / (4 + 2 · 2).
  expect(discountsOf(Uint32Array.of(1, 1, 1, 1, 2, 2, 3, 4, 9, 0))).toEqual([0, 0.5, 1.25, 1]);
  expect(discountsOf(Uint32Array.of(1, 2))).toEqual([0, 0.5, 1, 1.5]);
});

test("countNgrams can be cancelled", async () => {
  const work = countNgrams(new Uint32Array(9), { order: 3, vocabularySize: 2 }, { signal: AbortSignal.abort() });
  await expect(work).rejects.toThrow(/abort/);
});

/** Interpolated modified Kneser-Ney over sets of strings. */
function definition(
  tokens: readonly number[],
  order: number,
  vocabularySize: number,
): (context: readonly number[], token: number) => number {
  const grams = (length: number): string[] =>
    tokens.slice(length - 1).map((_, i) => tokens.slice(i, i + length).join(" "));
  const counts = Array.from({ length: order }, (_, i) => {
    const count = new Map<string, number>();
    const increase = (gram: string): void => void count.set(gram, (count.get(gram) ?? 0) + 1);
    if (i + 1 === order) for (const gram of grams(order)) increase(gram);
    else for (const longer of new Set(grams(i + 2))) increase(longer.slice(longer.indexOf(" ") + 1));
    return count;
  });
  const discounts = counts.map((count) => discountsOf(Uint32Array.from(count.values())));
  const probability = (context: readonly number[], token: number, length: number): number => {
    if (length === 0) return 1 / vocabularySize;
    const shorter = probability(context, token, length - 1);
    if (length > context.length + 1) return shorter;
    const before = length === 1 ? "" : `${context.slice(1 - length).join(" ")} `;
    const count = counts[length - 1]!;
    const taken = (c: number): number => discounts[length - 1]![Math.min(c, 3)]!;
    const followers = Array.from({ length: vocabularySize }, (_, next) => count.get(`${before}${next}`) ?? 0);
    const total = followers.reduce((sum, c) => sum + c, 0);
    if (total === 0) return shorter;
    const left = followers.reduce((sum, c) => sum + taken(c), 0);
    return (followers[token]! - taken(followers[token]!)) / total + (left / total) * shorter;
  };
  return (context, token) => probability(context, token, order);
}
