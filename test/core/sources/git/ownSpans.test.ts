import { describe, expect, test } from "vitest";
import { ownSpans } from "../../../../extension/core/sources/git/ownSpans.ts";

describe("ownSpans", () => {
  const partsOf = (text: string, ...own: readonly string[]): string[] =>
    ownSpans(text, new Set(own)).map(([start, end]) => text.slice(start, end));
  const theirs = "theirs = the_same_to_everybody\n";

  test("are whole lines, whatever their indentation, with the blank lines between them", () => {
    const mine = "    def total(self):\n\n        return self.sum\n";
    expect(partsOf(`${theirs}\n${mine}\n${theirs}`, "def total(self):", "return self.sum")).toEqual([mine]);
  });

  test("are separate where others' code lies between", () => {
    const parts = partsOf(`mine_first = 1\n${theirs}mine_second = 2`, "mine_first = 1", "mine_second = 2");
    expect(parts).toEqual(["mine_first = 1\n", "mine_second = 2"]);
  });

  test("of short lines alone there are none: others write them as well", () => {
    expect(partsOf(`${theirs}else:\n${theirs}else:\n    mine = call()\n`, "else:", "mine = call()")).toEqual([
      "else:\n    mine = call()\n",
    ]);
  });

  test("of a text without own lines, and of an empty one, there are none", () => {
    expect(partsOf(theirs, "mine_first = 1")).toEqual([]);
    expect(partsOf("", "mine_first = 1")).toEqual([]);
  });
});
