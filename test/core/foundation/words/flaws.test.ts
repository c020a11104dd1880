import { expect, test } from "vitest";
import * as z from "zod";
import { flawsOf } from "../../../../extension/core/foundation/words/flaws.ts";
import { english } from "../../../../extension/core/foundation/words/said.ts";

const schema = z.object({
  r: z.number(),
  lora_alpha: z.number(),
  target: z.union([z.string(), z.array(z.string())]),
  scores: z.object({ em: z.number().max(1) }),
  last: z.string(),
});

const flaws = (value: unknown): string => english(flawsOf(schema.safeParse(value).error!, value));

test("a field is missing, of another type, or beyond its limits", () => {
  expect(flaws({ r: "x", target: "q", scores: { em: 1 }, last: "" })).toBe(
    '"r" is of another type, "lora_alpha" is missing',
  );
  expect(flaws({ r: 1, lora_alpha: 1, target: 5, scores: { em: 2 }, last: "" })).toMatch(
    /^"target" is of another type, "scores\.em": .*<=1$/,
  );
});

test("what a schema says of fields together stays as it says it", () => {
  const even = z.object({ a: z.number(), b: z.number() }).refine(({ a, b }) => a % b === 0, "a is no multiple of b");
  expect(english(flawsOf(even.safeParse({ a: 3, b: 2 }).error!, { a: 3, b: 2 }))).toBe("a is no multiple of b");
});

test("a file of another kind is told by its first flaws", () => {
  expect(flaws({})).toBe('"r" is missing, "lora_alpha" is missing, "target" is missing');
  for (const value of [null, 7, "text"]) expect(flaws(value)).toBe("it is not an object");
});
