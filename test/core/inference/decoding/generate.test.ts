/** One loop, one set of rules: every decoding strategy keeps them, alone and together with others. */

import { describe, expect, test } from "vitest";
import type { Continuation } from "../../../../extension/core/inference/decoding/continuation.ts";
import { generate } from "../../../../extension/core/inference/decoding/generate.ts";
import { openBatchGenerator, type BatchRequest } from "../../../../extension/core/inference/decoding/generateBatch.ts";
import type { Decoding } from "../../../../extension/core/inference/decoding/decodingRequest.ts";
import { decodingVocabulary } from "../../../../extension/core/inference/decoding/vocabulary.ts";
import { openTokenTree } from "../../../../extension/core/inference/tree/openTokenTree.ts";
import type { Tokenizer } from "../../../../extension/core/tokenizer/tokenizer.ts";
import { characters } from "../../completion/fakes.ts";
import { loadFixture } from "../../architectures/fixtures.ts";

const prompts = [[1, 2, 3], [4, 5, 6, 7, 8, 9, 10], [1, 2, 11], [12]];
const decodings: readonly Decoding[] = [
  { kind: "greedy" },
  { kind: "beams", width: 1, returned: 1 },
  { kind: "beams", width: 5, returned: 5 },
  { kind: "sampling", temperature: 0.8, topP: 1, count: 4, seed: 1 },
];
type Options = Omit<BatchRequest, "decoding">;

/** A text is a list of ids; `markers` are those of a gap. */
function tokenizerOf(markers: readonly number[]): Tokenizer {
  return {
    ...characters,
    endOfText: 1000,
    encode: (text) => text.trim().split(" ").map(Number),
    decode: (ids) => ids.map((id) => `${id} `).join(""),
    fillInTheMiddle: { ...characters.fillInTheMiddle!, opening: markers, between: [], closing: [], stops: [7, 15] },
  };
}

async function together(model: string, tokenizer: Tokenizer, request: BatchRequest) {
  const generator = await openBatchGenerator((await loadFixture(model)).base, tokenizer, []);
  const found: (readonly Continuation<"string">[])[] = [];
  await generator.generate(prompts, request, {
    onGenerated: (index, candidates) => (found[index] = candidates),
    onRefused: (_index, error) => expect.unreachable(error.message),
  });
  await generator.release();
  return found;
}

async function alone(model: string, tokenizer: Tokenizer, { stops: [stop], ...request }: BatchRequest) {
  const tree = await openTokenTree((await loadFixture(model)).base);
  const stopRule = (text: string): { length: number; by: "string" } | null =>
    stop !== undefined && text.includes(stop) ? { length: text.indexOf(stop), by: "string" } : null;
  const asked = { tree, vocabulary: decodingVocabulary(tokenizer) };
  const found = [];
  for (const ids of prompts) found.push((await generate(asked, ids, { ...request, stopRule })).continuations);
  await tree.release();
  return found;
}

const told = (found: readonly (readonly Continuation<"string">[])[]) =>
  found.map((each) => each.map(({ text, tokens, stop }) => ({ text, tokens, stop })));

describe.each(["llama", "codegen", "t5"])("decoding (%s)", async (model) => {
  const free = (
    await together(model, tokenizerOf([]), { decoding: { kind: "greedy" }, maxTokens: 24, stops: [] })
  ).flat();
  /** Tokens that the model would write. */
  const markers = [...new Set(free.map(({ tokens }) => tokens[0]!))];
  const limits = { maxTokens: 24, stops: [] };

  test.each<[string, Options]>([
    ["without options", limits],
    ["with stop strings", { ...limits, stops: [" 1"] }],
    ["with banned markers", { ...limits, bansInfillingMarkers: true }],
    ["with a required text", { ...limits, requiredText: "12 3" }],
    [
      "with all of them",
      { ...limits, stops: [" 1"], bansInfillingMarkers: true, requiredText: "12 3", stopsOnRepetition: true },
    ],
  ])("greedy for one prompt, for many, and one beam write the same %s", async (_, options) => {
    const tokenizer = tokenizerOf(markers);
    const greedily = { ...options, decoding: { kind: "greedy" } } as const;
    const expected = told(await alone(model, tokenizer, greedily));
    expect(told(await together(model, tokenizer, greedily))).toEqual(expected);
    const beam = { ...options, decoding: { kind: "beams", width: 1, returned: 1 } } as const;
    expect(told(await together(model, tokenizer, beam))).toEqual(expected);
    expect(told(await alone(model, tokenizer, beam))).toEqual(expected);
  });

  test.each(decodings)(
    "banned markers are not written by $kind, and are where they are not banned",
    async (decoding) => {
      const tokenizer = tokenizerOf(markers);
      const written = async (bansInfillingMarkers: boolean): Promise<readonly number[]> =>
        (await together(model, tokenizer, { ...limits, decoding, bansInfillingMarkers }))
          .flat(2)
          .flatMap(({ tokens }) => tokens);
      expect((await written(true)).filter((token) => markers.includes(token))).toEqual([]);
      expect((await written(false)).filter((token) => markers.includes(token)).length).toBeGreaterThan(0);
    },
  );

  test.each(decodings)(
    "every continuation by $kind begins with the required text, which is no part of it",
    async (decoding) => {
      const tokenizer = tokenizerOf([]);
      const found = (await together(model, tokenizer, { ...limits, decoding, requiredText: "12 3" })).flat();
      for (const { text, tokens } of found) expect(tokenizer.decode(tokens)).toBe(`12 3${text}`);
      expect(found.length).toBeGreaterThanOrEqual(prompts.length);
    },
  );
});

test.each(decodings.slice(0, 3))("stops on repetition where asked to ($kind, $width)", async (decoding) => {
  // All but one token is banned, so that nothing but a loop is left.
  const { base } = await loadFixture("llama");
  const all = [...Array(base.config.vocabularySize).keys()].filter((id) => id !== 20);
  const request = { decoding, maxTokens: 24, stops: [], bansInfillingMarkers: true };
  const looping = (await together("llama", tokenizerOf(all), { ...request, stopsOnRepetition: true })).flat();
  expect(new Set(looping.map(({ tokens, stop }) => `${stop} ${tokens.join()}`))).toEqual(
    new Set([`length ${Array(10).fill(20).join()}`]),
  );
  const free = (await together("llama", tokenizerOf(all), request)).flat();
  expect(free.every(({ tokens }) => tokens.length === 24)).toBe(true);
});
