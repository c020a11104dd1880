import { describe, expect, test } from "vitest";
import type { CopiedText } from "../../../../extension/core/completion/copies/copyModel.ts";
import { copyPrior } from "../../../../extension/core/completion/copies/copyPrior.ts";
import { copyTokens } from "../../../../extension/core/completion/copies/copyTokens.ts";
import { learnedWeights } from "../../../../extension/core/completion/copies/mixtureWeights.ts";
import { priorScale } from "../../../../extension/core/completion/copies/priorScale.ts";
import { seededRandom } from "../../../../extension/core/foundation/random.ts";
import { logProbability } from "../../../../extension/core/inference/decoding/sampling.ts";
import { logProbabilityOf, type NextToken } from "../../../../extension/core/inference/decoding/strategy.ts";
import { characters } from "../fakes.ts";

const vocabulary = 256;

/** Random logits, and their `count` most probable tokens. */
function nextToken(seed: number, count: number): NextToken {
  const random = seededRandom(seed, "logits");
  const logits = Float32Array.from({ length: vocabulary }, () => 3 * random.normal());
  const tokens = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]!).slice(0, count);
  return { tokens, logProbabilities: Float32Array.from(tokens, (token) => logProbability(logits, token)), logits };
}

const copied = (text: string, length = 20): CopiedText => ({
  text,
  length,
  source: "before",
  isNear: true,
  distance: 100,
});

function mixed(proposals: readonly CopiedText[], next: NextToken, { requiredText = "", text = "", scale = 1 } = {}) {
  const setting = { copies: () => proposals, tokens: copyTokens(characters), requiredText };
  return copyPrior(setting, learnedWeights, scale)(text, next);
}

/** Returns all probabilities, as strategies read them. */
function probabilities(next: NextToken): readonly number[] {
  return Array.from({ length: vocabulary }, (_, token) => Math.exp(logProbabilityOf(next, token)));
}
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const code = (char: string): number => char.charCodeAt(0);

describe.each([1, 5, 64])("copyPrior, %i tokens considered", (count) => {
  test.each([1, 2, 3, 4, 5, 6])("its distribution sums to one and is that of its logits (%i)", (seed) => {
    const next = nextToken(seed, count);
    const proposals = [copied("ab", 30), copied("ac", 12), copied("b", 4)];
    for (const task of [{}, { scale: 0.3 }, { requiredText: "a" }, { requiredText: "zz", text: "z" }]) {
      const result = mixed(proposals, next, task);
      expect(sum(probabilities(result))).toBeCloseTo(1, 4);
      for (const [i, token] of result.tokens.entries()) {
        expect(result.logProbabilities[i]).toBeCloseTo(logProbability(result.logits, token), 3);
      }
      expect([...result.logProbabilities]).toEqual([...result.logProbabilities].sort((a, b) => b - a));
      expect(result.tokens[0]).toBe(result.logits.indexOf(Math.max(...result.logits)));
    }
  });

  test("moves probability to the copied tokens, all others lose the same share", () => {
    const next = nextToken(1, count);
    const [before, after] = [probabilities(next), probabilities(mixed([copied("q", 60)], next))];
    const kept = after.map((p, token) => p / before[token]!);
    expect(kept[code("q")]).toBeGreaterThan(1);
    for (const [token, share] of kept.entries()) if (token !== code("q")) expect(share).toBeCloseTo(kept[0]!, 3);
  });
});

describe("copyPrior", () => {
  test("while text is missing, shares out the probability of the tokens that fit", () => {
    const next = nextToken(3, 64);
    const result = mixed([copied("bc", 60)], next, { requiredText: "a" });
    // One token a character: only "a" fits, so nothing can change.
    expect(probabilities(result).map((p) => Math.round(1e4 * p))).toEqual(
      probabilities(next).map((p) => Math.round(1e4 * p)),
    );
  });

  test("changes nothing without proposals, and little with a small scale", () => {
    const next = nextToken(4, 5);
    expect(mixed([], next)).toBe(next);
    const [before, after] = [probabilities(next), probabilities(mixed([copied("q", 60)], next, { scale: 1e-9 }))];
    for (const [token, p] of after.entries()) expect(p).toBeCloseTo(before[token]!, 6);
  });

  test("never makes a special token likelier, because copied text has none", () => {
    const next = nextToken(5, 5);
    const result = mixed([copied("<end>", 60)], next);
    for (const token of characters.specialIds) {
      expect(probabilities(result)[token]).toBeLessThanOrEqual(probabilities(next)[token]!);
    }
  });

  test("longer matches and agreeing ones weigh more", () => {
    const next = nextToken(6, 5);
    const of = (proposals: readonly CopiedText[]): number => probabilities(mixed(proposals, next))[code("q")]!;
    expect(of([copied("q", 40)])).toBeGreaterThan(of([copied("q", 6)]));
    expect(of([copied("q", 12), copied("q", 12)])).toBeGreaterThan(of([copied("q", 12), copied("r", 12)]));
  });
});

test("a small base gets the whole prior, a large one none", () => {
  expect(priorScale({ parameters: 14e6 })).toBe(1);
  expect(priorScale({ parameters: 0.5e9 })).toBe(0);
  expect(priorScale({ parameters: 160e6 })).toBeCloseTo(0.5, 1);
});
