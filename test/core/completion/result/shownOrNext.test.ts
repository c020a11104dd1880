import { expect, test } from "vitest";
import { shownOrNext, type Written } from "../../../../extension/core/completion/result/shownOrNext.ts";
import type { Decoding } from "../../../../extension/core/inference/decoding/decodingRequest.ts";

const greedy: Decoding = { kind: "greedy" };

/** What a decoding wrote, and the part of it that is shown. */
function wrote(text: string, shown: string): Written {
  const from = { text, tokens: [], logProbability: -1, stop: "line" as const } as unknown as Written["best"]["from"] &
    object;
  const best = { text: shown, tokens: 1, logProbability: -1, stop: "line" as const, from };
  const { logProbability } = best;
  const others = [{ text: "second", logProbability: -2 }];
  return { best, candidates: [{ text: shown, logProbability }, ...others], milliseconds: { prefill: 2, decode: 3 } };
}

async function decoded(first: Written, next: Written, decoding = greedy): Promise<{ found: Written; asked: string[] }> {
  const asked: string[] = [];
  const write = shownOrNext(async ({ kind }) => {
    asked.push(kind);
    return asked.length === 1 ? first : next;
  });
  const found = await write(decoding);
  return { found, asked };
}

test("a text that is shown is all that is decoded", async () => {
  const { found, asked } = await decoded(wrote("a", "a"), wrote("b", "b"));
  expect([found.best.text, asked]).toEqual(["a", ["greedy"]]);
});

test("where nothing of the likeliest text is shown, the best beam takes its place, alone, and the times add up", async () => {
  const { found, asked } = await decoded(wrote("x, x, x, x", ""), wrote("b", "b"));
  expect([found.best.text, asked]).toEqual(["b", ["greedy", "beams"]]);
  expect(found.candidates).toEqual([{ text: "b", logProbability: -1 }]);
  expect(found.milliseconds).toEqual({ prefill: 4, decode: 6 });
});

test("where beams have nothing either, the answer is the first one", async () => {
  const { found } = await decoded(wrote("x, x, x, x", ""), wrote("y, y, y, y", ""));
  expect([found.best.text, found.best.from?.text]).toEqual(["", "x, x, x, x"]);
});

test.each<[string, Written, Decoding]>([
  ["the model wants nothing", wrote(" ", ""), greedy],
  ["beams were asked for", wrote("x", ""), { kind: "beams", width: 2, returned: 2 }],
])("looks no further where %s", async (_, first, decoding) => {
  const { asked } = await decoded(first, wrote("b", "b"), decoding);
  expect(asked).toHaveLength(1);
});
