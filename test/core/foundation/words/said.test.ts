import { describe, expect, test } from "vitest";
import { isSaid, english, listed, say, spoken, verbatim } from "../../../../extension/core/foundation/words/said.ts";
import { saidSchema } from "../../../../extension/core/foundation/words/saidSchema.ts";

const reason = say`it has ${2} bytes, not ${"12"}`;
const text = say`Cannot read ${"{1}.bin"}: ${reason}.`;

describe("say", () => {
  test("keeps the values apart from the words", () => {
    expect(text).toEqual({
      template: "Cannot read {0}: {1}.",
      values: ["{1}.bin", { template: "it has {0} bytes, not {1}", values: [2, "12"] }],
    });
    expect(say`Try \`git lfs pull\`.`).toEqual({ template: "Try `git lfs pull`.", values: [] });
  });

  test("a value that looks like a place stays as it is", () => {
    expect(english(text)).toBe("Cannot read {1}.bin: it has 2 bytes, not 12.");
    expect(english(say`Give {"path": …} or {0}.`)).toBe('Give {"path": …} or {0}.');
  });
});

test("spoken translates the inner texts first, and takes the values in the order of the translation", () => {
  const upsideDown: Record<string, string> = {
    "Cannot read {0}: {1}.": "{1}, so {0} stays unread.",
    "it has {0} bytes, not {1}": "{1} bytes wanted, {0} found",
  };
  const translate = (template: string, values: readonly (string | number)[]): string =>
    english({ template: upsideDown[template]!, values });
  expect(spoken(text, translate)).toBe("12 bytes wanted, 2 found, so {1}.bin stays unread.");
});

test("verbatim says a text in every language", () => {
  expect(spoken(verbatim("ENOENT {0}"), (template, values) => english({ template, values }))).toBe("ENOENT {0}");
});

test("listed joins texts with commas", () => {
  expect(english(listed([say`one`, say`two`, say`three`]))).toBe("one, two, three");
});

test("numbers that JSON does not have are values, too", () => {
  const said = say`The loss is ${NaN}, its norm ${-Infinity}.`;
  expect(saidSchema.parse(JSON.parse(JSON.stringify(said)))).toEqual(said);
  expect(english(said)).toBe("The loss is NaN, its norm -Infinity.");
});

test("a text crosses as JSON", () => {
  const arrived: unknown = JSON.parse(JSON.stringify(text));
  expect(saidSchema.parse(arrived)).toEqual(text);
  expect(isSaid(arrived)).toBe(true);
});

test.each([
  [{ template: "a" }],
  [{ template: 1, values: [] }],
  [{ template: "{0}", values: [{ template: "b" }] }],
  ["a"],
])("%j is refused as a text", (value) => {
  expect(saidSchema.safeParse(value).success).toBe(false);
});
