import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { completionRequest } from "../../../extension/core/completion/completionRequest.ts";
import { readRequest } from "../../../extension/core/foundation/requestSchema.ts";
import { say } from "../../../extension/core/foundation/words/said.ts";

const root = join(import.meta.dirname, "../../..");

test("a request is filled up with its defaults", () => {
  expect(readRequest(completionRequest, { prefix: "x = ", maxTokens: undefined, unknown: 1 }, say`complete`)).toEqual({
    prefix: "x = ",
    suffix: "",
    context: [],
    edition: 0,
    prior: true,
    draft: true,
    quietIn: ["comments", "beforeCode"],
    maxTokens: 128,
    multiline: "auto",
    temperature: 0,
    seed: 0,
    beams: 1,
    trigger: "invoked",
  });
});

test.each([
  [{ prefix: 3 }, /prefix 3: it must be a string/],
  [{ prefix: "", maxTokens: 0 }, /max tokens 0: it must be a whole number of at least 1/],
  [{ prefix: "", beams: 1.5 }, /beams 1.5: it must be a whole number from 1 to 64/],
  [{ prefix: "", beams: 100_000 }, /beams 100000: it must be a whole number from 1 to 64/],
  [{ prefix: "", temperature: -1 }, /temperature -1: it must be a number of at least 0/],
  [{ prefix: "", multiline: "always" }, /multiline always: it must be auto or never/],
])("%j is refused with the reason", (request, message) => {
  expect(() => readRequest(completionRequest, request, say`complete`)).toThrow(
    expect.objectContaining({ code: "option-invalid", message: expect.stringMatching(message) }),
  );
});

test("every value that a setting allows is accepted", () => {
  const { contributes } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    contributes: {
      configuration: { properties: Record<string, { minimum: number; maximum: number; enum: string[] }> };
    };
  };
  const { properties: settings } = contributes.configuration;
  const { minimum, maximum } = settings["graft.completion.maxTokens"]!;
  expect([minimum, maximum].map((value) => completionRequest.shape.maxTokens.parse(value))).toEqual([minimum, maximum]);
  expect(settings["graft.completion.multiline"]!.enum).toEqual(completionRequest.shape.multiline.unwrap().options);
});
