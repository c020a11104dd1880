/** Guesses change how many runs decoding takes, and nothing else. */

import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../../extension/core/foundation/random.ts";
import { generate } from "../../../../extension/core/inference/decoding/generate.ts";
import type { Decoding } from "../../../../extension/core/inference/decoding/decodingRequest.ts";
import { decodingVocabulary } from "../../../../extension/core/inference/decoding/vocabulary.ts";
import { draftPace } from "../../../../extension/core/inference/drafts/draftPace.ts";
import type { DraftSource } from "../../../../extension/core/inference/drafts/draftSource.ts";
import { openTokenTree } from "../../../../extension/core/inference/tree/openTokenTree.ts";
import type { TokenTree } from "../../../../extension/core/inference/tree/tokenTree.ts";
import { loadFixture } from "../../architectures/fixtures.ts";
import { characters } from "../../completion/fakes.ts";

const vocabulary = decodingVocabulary({
  ...characters,
  endOfText: 1000,
  encode: (text) => text.trim().split(" ").map(Number),
  decode: (ids) => ids.map((id) => `${id} `).join(""),
  fillInTheMiddle: null,
});
const decodings: readonly Decoding[] = [
  { kind: "greedy" },
  { kind: "sampling", temperature: 0.8, topP: 0.9, count: 1, seed: 1 },
];

/** Counts the runs of a tree. */
function counted(tree: TokenTree): TokenTree & { runs: number } {
  const result = {
    ...tree,
    runs: 0,
    read: (...[spans, options]: Parameters<TokenTree["read"]>) => {
      result.runs++;
      return tree.read(spans, options);
    },
  };
  return result;
}

/** Guesses the true tokens, each of them wrongly with a probability. */
function guesses(truth: readonly number[], wrong: number, seed: number): DraftSource {
  const random = seededRandom(seed, "guesses");
  const pace = { length: () => 1 + random.integer(6), learn: () => undefined };
  return {
    pace,
    guess: (tokens, most) => {
      const length = Math.min(most, pace.length());
      const guessed = truth.slice(tokens.length, tokens.length + length);
      const left = guessed.map((token) => (random.next() < wrong ? random.integer(20) : token));
      return left.length === 0 ? null : { tokens: left, evidence: 0 };
    },
  };
}

describe.each(["llama", "qwen3", "codegen", "t5"])("drafts (%s)", async (model) => {
  const { base } = await loadFixture(model);
  test.each(decodings)("give the tokens of plain decoding, in fewer runs ($kind)", async (decoding) => {
    const tree = counted(await openTokenTree(base));
    const request = { decoding, maxTokens: 12, stopRule: () => null };
    let [plainRuns, draftedRuns] = [0, 0];
    for (let seed = 0; seed < 12; seed++) {
      const random = seededRandom(seed, "prompt");
      const prompt = Array.from({ length: 2 + random.integer(6) }, () => random.integer(20));
      tree.runs = 0;
      const plain = (await generate({ tree, vocabulary }, prompt, request)).continuations[0]!;
      plainRuns += tree.runs;
      for (const wrong of [0, 0.3, 1]) {
        tree.runs = 0;
        const drafts = guesses(plain.tokens, wrong, seed);
        const [drafted] = (await generate({ tree, vocabulary }, prompt, { ...request, drafts })).continuations;
        expect(drafted!.tokens).toEqual(plain.tokens);
        expect(drafted!.stop).toBe(plain.stop);
        expect(drafted!.logProbability).toBeCloseTo(plain.logProbability, 3);
        expect(tree.runs).toBeLessThanOrEqual(plain.tokens.length + 1);
        if (wrong === 0) draftedRuns += tree.runs;
      }
    }
    expect(draftedRuns).toBeLessThan(plainRuns / 2);
    await tree.release();
  });

  test("are left out where the context has no room for them", async () => {
    const tree = await openTokenTree(base);
    const short = { ...tree, contextLength: 12 };
    const request = { decoding: decodings[0]!, maxTokens: 6, stopRule: () => null };
    const plain = (await generate({ tree, vocabulary }, [1, 2, 3, 4, 5], request)).continuations[0]!;
    const most: number[] = [];
    const drafts: DraftSource = { pace: draftPace(), guess: (_tokens, room) => (most.push(room), null) };
    const { continuations } = await generate({ tree: short, vocabulary }, [1, 2, 3, 4, 5], { ...request, drafts });
    expect(continuations[0]!.tokens).toEqual(plain.tokens);
    // A guess of this many tokens and the token before them leave room for one more in the context.
    for (const [tokens, room] of most.entries()) expect(5 + tokens + room).toBeLessThan(12);
    await tree.release();
  });
});
