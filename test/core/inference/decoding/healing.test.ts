import { describe, expect, test } from "vitest";
import { generate } from "../../../../extension/core/inference/decoding/generate.ts";
import type { DecodingRequest } from "../../../../extension/core/inference/decoding/decodingRequest.ts";
import { decodingVocabulary } from "../../../../extension/core/inference/decoding/vocabulary.ts";
import { fakeTree, special, withoutGaps } from "../../completion/fakes.ts";

/** Marks around texts. */
const [start, end] = [special.prefix, special.suffix];
const vocabulary = decodingVocabulary({ ...withoutGaps, beginning: [start], ending: [end] });
const codes = (text: string): number[] => [...text].map((char) => char.charCodeAt(0));

async function generated(answer: string, hasEncoder: boolean, request: Partial<DecodingRequest<"rule">>) {
  const prompts: string[] = [];
  const tree = { ...fakeTree((prompt) => (prompts.push(prompt), answer)), hasEncoder };
  const asked = { decoding: { kind: "greedy" }, maxTokens: 9, stopRule: () => null, ...request } as const;
  const { continuations } = await generate({ tree, vocabulary }, codes("hi"), asked);
  return { prompt: prompts[0], continuations };
}

/** The tokens of a continuation that ends where it is healed. */
async function healed(answer: string, hasEncoder: boolean) {
  const stopRule = (): { length: number; by: "rule" } => ({ length: 0, by: "rule" });
  const { prompt, continuations } = await generated(answer, hasEncoder, { requiredText: "ab", stopRule });
  expect(continuations).toMatchObject([{ text: "", stop: "rule" }]);
  return { prompt, tokens: continuations[0]!.tokens };
}

describe("withHealing", () => {
  test("ends a prompt for an encoder, and lets the model begin what it writes as texts begin", async () => {
    const answer = `${String.fromCharCode(start)}abc`;
    expect(await healed(answer, true)).toEqual({ prompt: "hi<suf>", tokens: [start, ...codes("ab")] });
  });

  test("writes no mark that the model would not", async () => {
    expect(await healed("abc", true)).toEqual({ prompt: "hi<suf>", tokens: codes("ab") });
  });

  test("leaves the prompt of a decoder open", async () => {
    expect(await healed("abc", false)).toEqual({ prompt: "hi", tokens: codes("ab") });
  });

  test.each(["greedy", "beams"] as const)("counts and shows only what is decoded freely (%s)", async (kind) => {
    const decoding = kind === "greedy" ? { kind } : { kind, width: 1, returned: 1 };
    const { continuations } = await generated("abcdef", false, { requiredText: "ab", maxTokens: 3, decoding });
    expect(continuations).toMatchObject([{ text: "cde", tokens: codes("abcde"), stop: "length" }]);
    const ended = await generated("abcdef", false, { requiredText: "ab", decoding });
    expect(ended.continuations).toMatchObject([{ text: "cdef", tokens: codes("abcdef"), stop: "end" }]);
  });

  test("writes what the model would not, and adds its cost", async () => {
    const { continuations } = await generated("XXcd", false, { requiredText: "ab", maxTokens: 1 });
    expect(continuations).toMatchObject([{ text: "c", tokens: codes("abc") }]);
    const [likely, unlikely] = [-Math.log(1 + 255 * Math.exp(-10)), -10 - Math.log(1 + 255 * Math.exp(-10))];
    expect(continuations[0]!.logProbability).toBeCloseTo(likely + 2 * unlikely, 4);
  });

  test("without a required text, marks are tokens like any other", async () => {
    const { continuations } = await generated(`${String.fromCharCode(start)}abc`, true, { maxTokens: 2 });
    expect(continuations).toMatchObject([{ text: "a", tokens: [start, ...codes("a")], stop: "length" }]);
  });
});
