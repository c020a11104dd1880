/** The search alone, over a model of four tokens that is a table; decoding.test.ts compares it with transformers. */

import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../../extension/core/foundation/random.ts";
import { beamSearch } from "../../../../extension/core/inference/decoding/beamSearch.ts";
import {
  emptyDraft,
  extended,
  type DecodingRules,
  type Draft,
  type StopRule,
} from "../../../../extension/core/inference/decoding/continuation.ts";
import { detokenizer } from "../../../../extension/core/inference/decoding/detokenizer.ts";
import type { NextToken } from "../../../../extension/core/inference/decoding/strategy.ts";

const vocabulary = ["a", "b", "\n", ""];
const end = vocabulary.indexOf("");
const tokenizer = { decode: (ids: readonly number[]) => ids.map((id) => vocabulary[id]).join("") };

/** Logits that depend on everything written so far. */
function logitsBehind(tokens: readonly number[]): Float32Array {
  const random = seededRandom(4, tokens.join());
  return Float32Array.from(vocabulary, () => 2 * random.normal());
}

function logProbabilities(logits: Float32Array): readonly number[] {
  const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
  return [...logits].map((logit) => logit - total);
}

function nextToken(tokens: readonly number[]): NextToken {
  const logits = logitsBehind(tokens);
  const all = logProbabilities(logits);
  const order = [...all.keys()].sort((a, b) => all[b]! - all[a]!);
  return { logits, tokens: order, logProbabilities: Float32Array.from(order, (token) => all[token]!) };
}

const rules: Omit<DecodingRules<"line">, "maxTokens"> = {
  requiredText: "",
  stopRule: () => null,
  stopTokens: new Set([end]),
  bannedTokens: new Set(),
  stopsOnRepetition: false,
  detokenize: detokenizer(tokenizer),
};

function searched({
  width,
  start = emptyDraft,
  ...task
}: Partial<DecodingRules<"line">> & { width: number; maxTokens: number; start?: Draft }) {
  const search = beamSearch(width, { ...rules, ...task }, start);
  let leaves: readonly (readonly number[])[] = [start.tokens];
  for (;;) {
    const growth = search.advance(leaves.map(nextToken));
    if (!growth) return search.found();
    leaves = growth.parents.map((parent, i) => [...leaves[parent]!, growth.tokens[i]!]);
  }
}

/** All texts of up to `left` more tokens, with their log-probability per token, including their end. */
function allTexts(left: number, tokens: readonly number[] = [], sum = 0): { text: string; score: number }[] {
  const text = tokenizer.decode(tokens);
  if (left === 0) return [{ text, score: sum / tokens.length }];
  return logProbabilities(logitsBehind(tokens)).flatMap((p, token) => {
    return token === end
      ? [{ text, score: (sum + p) / (tokens.length + 1) }]
      : allTexts(left - 1, [...tokens, token], sum + p);
  });
}

describe("beamSearch", () => {
  test("finds the best of all texts where it is wide enough to see them all", () => {
    const best = allTexts(4).sort((a, b) => b.score - a.score);
    const found = searched({ width: 120, maxTokens: 4 });
    expect(found.slice(0, 20).map(({ text }) => text)).toEqual(best.slice(0, 20).map(({ text }) => text));
  });

  test("ends a text where the rule says so, and gives it up to there", () => {
    const stopRule: StopRule<"line"> = (text) =>
      text.includes("\n") ? { length: text.indexOf("\n"), by: "line" } : null;
    const found = searched({ width: 4, maxTokens: 8, stopRule });
    expect(found).toHaveLength(4);
    expect(found.some(({ stop }) => stop === "line")).toBe(true);
    for (const { text, tokens, stop } of found) {
      expect(text).toBe(tokenizer.decode(tokens).split("\n")[0]);
      expect(tokenizer.decode(tokens).includes("\n")).toBe(stop === "line");
    }
  });

  test("goes on from a draft, and leaves the required text out of the text", () => {
    const start = extended(emptyDraft, 0, -1, rules);
    const found = searched({ width: 3, maxTokens: 3, requiredText: "ab", start });
    expect(found.length).toBeGreaterThan(0);
    for (const { text, tokens, stop, logProbability } of found) {
      expect(tokenizer.decode(tokens)).toBe(`ab${text}`);
      const steps = stop === "end" ? [...tokens, end] : tokens;
      const sum = steps.reduce((total, token, i) => {
        return i === 0 ? -1 : total + logProbabilities(logitsBehind(steps.slice(0, i)))[token]!;
      }, 0);
      expect(logProbability).toBeCloseTo(sum, 5);
    }
  });
});
