import { expect, test } from "vitest";
import type { Completion } from "../../../../extension/core/completion/result/completion.ts";
import { rememberAnswers } from "../../../../extension/core/completion/judgement/answers.ts";
import { at } from "../fakes.ts";

function completion(text: string, confidences: readonly number[]): Completion {
  const ends = Array.from(text.matchAll(/\n|$/g), ({ index }) => index);
  const evidence = {} as never;
  return {
    text,
    confidence: confidences.at(-1)!,
    leastConfidence: 0.2,
    beginnings: ends.map((end, i) => ({ end, confidence: confidences[i]!, evidence })),
    candidates: [],
    tokens: 7,
    logProbability: -1,
    milliseconds: { load: 0, prefill: 5, decode: 5 },
    stop: "line",
  };
}

test("answers while the user types along what was shown, and no further", () => {
  const answers = rememberAnswers();
  answers.remember(at("x = |"), "auto", completion("abc\ndef", [0.9, 0.1]));
  expect(answers.find(at("x = |"), "auto")).toMatchObject({ text: "abc", confidence: 0.9, tokens: 0 });
  expect(answers.find(at("x = ab|"), "auto")).toMatchObject({ text: "c", milliseconds: { decode: 0 } });
  expect(answers.find(at("x = abc|"), "auto")).toBeUndefined();
  expect(answers.find(at("x = ax|"), "auto")).toBeUndefined();
  expect(answers.find(at("x = |"), "never")).toBeUndefined();
});

test("keeps nothing that would not be shown", () => {
  const answers = rememberAnswers();
  answers.remember(at("x = |"), "auto", completion("abc", [0.1]));
  answers.remember(at("y = |"), "auto", completion("", [0]));
  expect(answers.find(at("x = |"), "auto")).toBeUndefined();
  expect(answers.find(at("y = |"), "auto")).toBeUndefined();
});
