import { describe, expect, test } from "vitest";
import { beginText } from "../../../../extension/core/inference/decoding/generate.ts";
import { fakeDecoder, special, withoutGaps } from "../../completion/fakes.ts";

/** Marks that stand around texts. */
const [start, end] = [special.prefix, special.suffix];
const tokenizer = { ...withoutGaps, beginning: [start], ending: [end] };
const codes = (text: string): number[] => [...text].map((char) => char.charCodeAt(0));

async function begun(answer: string, hasEncoder: boolean) {
  const prompts: string[] = [];
  const decoder = { ...fakeDecoder((prompt) => (prompts.push(prompt), answer)), hasEncoder };
  const { tokens } = await beginText({ decoder, tokenizer, ids: codes("hi"), requiredText: "ab", signal: undefined });
  return { prompt: prompts[0], tokens };
}

describe("beginText", () => {
  test("ends a prompt for an encoder, and lets the model begin what it writes as texts begin", async () => {
    const answer = `${String.fromCharCode(start)}abc`;
    expect(await begun(answer, true)).toEqual({ prompt: "hi<suf>", tokens: [start, ...codes("ab")] });
  });

  test("writes no mark that the model would not", async () => {
    expect(await begun("abc", true)).toEqual({ prompt: "hi<suf>", tokens: codes("ab") });
  });

  test("leaves the prompt of a decoder open", async () => {
    expect(await begun("abc", false)).toEqual({ prompt: "hi", tokens: codes("ab") });
  });
});
