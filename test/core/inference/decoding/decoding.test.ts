/** Beams, greedy decoding and draws over prompts of many lengths at once, against transformers (test/fixtures/decoding). */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Continuation } from "../../../../extension/core/inference/decoding/continuation.ts";
import { openBatchGenerator } from "../../../../extension/core/inference/decoding/generateBatch.ts";
import type { Decoding } from "../../../../extension/core/inference/decoding/decodingRequest.ts";
import { characters } from "../../completion/fakes.ts";
import { loadFixture } from "../../architectures/fixtures.ts";

interface Text {
  readonly tokens: readonly number[];
  /** Whether a token ended it, not the limit. */
  readonly ended: boolean;
}

interface Model {
  readonly prompts: readonly (readonly number[])[];
  readonly beams: readonly {
    readonly width: number;
    readonly maxTokens: number;
    readonly ends: readonly number[];
    readonly found: readonly (readonly (Text & { readonly score: number })[])[];
  }[];
  readonly greedy: readonly {
    readonly maxTokens: number;
    readonly ends: readonly number[];
    readonly found: readonly (Text & { readonly logProbability: number })[];
  }[];
  readonly next: readonly {
    readonly temperature: number;
    readonly topP: number;
    readonly probabilities: readonly Readonly<Record<string, number>>[];
  }[];
}

const file = join(import.meta.dirname, "../../../fixtures/decoding/decoding.json");
const models = Object.entries(JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<string, Model>>);

/** Returns the tokens generated after each prompt; `ends` are the tokens that end a text. */
async function generated(
  model: string,
  prompts: Model["prompts"],
  decoding: Decoding,
  { maxTokens, ends }: { readonly maxTokens: number; readonly ends: readonly number[] },
): Promise<readonly (readonly Continuation<"string">[])[]> {
  const fillInTheMiddle = { ...characters.fillInTheMiddle!, stops: ends };
  const tokenizer = { ...characters, decode: (ids: readonly number[]) => ids.join(" "), fillInTheMiddle };
  const generator = await openBatchGenerator((await loadFixture(model)).base, tokenizer, []);
  const results: (readonly Continuation<"string">[])[] = [];
  await generator.generate(
    prompts,
    { decoding, maxTokens, stops: [] },
    {
      onGenerated: (index, candidates) => (results[index] = candidates),
      onRefused: (_index, error) => expect.unreachable(error.message),
    },
  );
  await generator.release();
  return results;
}

const textOf = ({ tokens, stop }: Continuation<"string">): Text => ({ tokens, ended: stop === "end" });

describe.each(models)("openBatchGenerator (%s)", (model, { prompts, beams, greedy, next }) => {
  test.each(beams)("finds the beams of transformers ($width beams, $maxTokens tokens)", async (search) => {
    const { width, found } = search;
    const results = await generated(model, prompts, { kind: "beams", width, returned: width }, search);
    for (const [i, expected] of found.entries()) {
      expect(results[i]!.map(textOf)).toEqual(expected.map(({ tokens, ended }) => ({ tokens, ended })));
      for (const [j, { score, ended }] of expected.entries()) {
        const { logProbability, tokens } = results[i]![j]!;
        expect(logProbability / (tokens.length + Number(ended))).toBeCloseTo(score, 4);
      }
    }
  });

  test.each(greedy)("decodes greedily as transformers does ($maxTokens tokens)", async (search) => {
    const results = await generated(model, prompts, { kind: "greedy" }, search);
    for (const [i, { logProbability, ...expected }] of search.found.entries()) {
      expect(results[i]!.map(textOf)).toEqual([expected]);
      expect(results[i]![0]!.logProbability).toBeCloseTo(logProbability, 4);
    }
  });

  test.each(next)("draws from transformers' distribution ($temperature, $topP)", async (warped) => {
    const { temperature, topP, probabilities } = warped;
    const count = 2000;
    const decoding = { kind: "sampling", temperature, topP, count, seed: 3 } as const;
    const limits = { maxTokens: 1, ends: [] };
    const results = await generated(model, prompts.slice(0, probabilities.length), decoding, limits);
    for (const [i, expected] of probabilities.entries()) {
      const counts = new Map<string, number>();
      for (const { tokens } of results[i]!) counts.set(`${tokens[0]}`, (counts.get(`${tokens[0]}`) ?? 0) + 1);
      expect([...counts.keys()].filter((token) => !(token in expected))).toEqual([]);
      // Pearson's statistic, over tokens that should occur often enough for it.
      const often = Object.entries(expected).filter(([, probability]) => probability * count >= 5);
      const terms = often.map(([token, p]) => ((counts.get(token) ?? 0) - p * count) ** 2 / (p * count));
      const statistic = terms.reduce((sum, term) => sum + term, 0);
      expect(statistic).toBeLessThan(often.length + 4 * Math.sqrt(2 * often.length));
    }
  });
});
