import { describe, expect, test } from "vitest";
import { promptBuilder } from "../../../extension/core/completion/prompt.ts";
import { at, characters, shown, special, suffixFirst, withoutGaps, words } from "./fakes.ts";

const budget = { prefix: 60, suffix: 12 };

describe("promptBuilder", () => {
  test.each<[string, string | undefined, string]>([
    ["a = 1\nb = |\nc = 3", undefined, "<pre>a = 1\nb = <suf>\nc = 3<mid>"],
    ["a = |)", "src/a.py", "<file>src/a.py\n<pre>a = <suf>)<mid>"],
    ["a = |)", "/home/me/project/src/deep/a.py", "<file>src/deep/a.py\n<pre>a = <suf>)<mid>"],
    ["a = |)", "C:\\me\\project\\a.py", "<file>me/project/a.py\n<pre>a = <suf>)<mid>"],
    ["a = (|\n\n", undefined, "a = ("],
    ["|", undefined, "<end>"],
    ["|x", undefined, "<pre><suf>x<mid>"],
  ])("%j of %s", (marked, path, expected) => {
    expect(shown(promptBuilder(characters, budget)({ path, ...at(marked) }).ids)).toBe(expected);
  });

  test.each<[string, string, string]>([
    // A blank belongs to the word after it. Of several blanks, only the last does.
    ["a = 1\nb =|", "a = 1\nb =", ""],
    ["a = 1\nb = |", "a = 1\nb =", " "],
    ["def f():\n    |", "def f():\n", "    "],
    // A word may continue.
    ["a = 1\nb = pri|", "a = 1\nb =", " pri"],
    ["import os\nos.pa|", "import os\nos.", "pa"],
    ["f(12|", "f(", "12"],
    ["f(x)|", "f(x)", ""],
  ])(
    "where the model goes on after the prefix, leaves what may still become another token to healing: %j",
    (marked, known, requiredText) => {
      const plain = promptBuilder(words, budget)(at(marked));
      expect([shown(plain.ids), plain.requiredText]).toEqual([known, requiredText]);
      const reversed = { ...words, fillInTheMiddle: suffixFirst.fillInTheMiddle };
      const end = promptBuilder(reversed, budget)(at(`${marked}\n`));
      expect(end).toEqual(plain);
      const gap = promptBuilder(reversed, budget)(at(`${marked}\nc`));
      expect([shown(gap.ids), gap.requiredText]).toEqual([`<pre><suf>\nc<mid>${known}`, requiredText]);
      const taught = promptBuilder(words, budget)(at(`${marked}\nc`));
      expect([shown(taught.ids), taught.requiredText]).toEqual([`<pre>${known}${requiredText}<suf>\nc<mid>`, ""]);
    },
  );

  test.each<[string, string]>([
    ["a = |)", "!<file>a.py\n<pre>a = <suf>)<mid>"],
    ["a = (|", "!<file>a.py\na = ("],
  ])("begins as every text for the model: %j", (marked, expected) => {
    const beginning = ["!".charCodeAt(0)];
    const { ids } = promptBuilder({ ...characters, beginning }, budget)({ path: "a.py", ...at(marked) });
    expect(shown(ids)).toBe(expected);
    expect(promptBuilder({ ...withoutGaps, beginning }, budget)(at("|")).ids).toEqual(beginning);
  });

  test("goes from left to right where the model knows no gaps", () => {
    const { ids } = promptBuilder(withoutGaps, budget)({ path: "a.py", ...at("a = 1\nb =|\nc = 3") });
    expect(shown(ids)).toBe("a = 1\nb =");
  });

  test("keeps to its budgets, from the start of a line", () => {
    const line = "value = 1234\n";
    const { ids } = promptBuilder(characters, budget)({ prefix: line.repeat(50), suffix: "0123456789abcdef" });
    const text = shown(ids);
    expect(text).toMatch(/^<pre>(value = 1234\n)+<suf>0123456789ab<mid>$/);
    expect(text.length).toBeGreaterThan(40);
  });

  test("cuts a line that alone is too long", () => {
    const { ids } = promptBuilder(characters, budget)({ prefix: "x".repeat(1000), suffix: ")" });
    const prefix = ids.slice(1, ids.indexOf(special.suffix));
    expect(prefix.length).toBeGreaterThan(30);
    expect(prefix.length).toBeLessThanOrEqual(60);
  });

  test("moves its beginning seldom while the user types, also where the editor hands on only the end of the file", () => {
    const code = Array.from({ length: 80 }, (_, i) => `name_${i} = ${i * i}\n`).join("");
    for (const limit of [Infinity, 500]) {
      const build = promptBuilder(characters, budget);
      const beginnings: string[] = [];
      for (let end = 400; end < 700; end++) {
        const prefix = code.slice(Math.max(0, end - limit), end);
        const text = shown(build({ prefix, suffix: ")" }).ids);
        expect(text).toContain(`${prefix.slice(-20)}<suf>`);
        beginnings.push(text.slice(0, 12));
      }
      const moves = beginnings.filter((beginning, i) => i > 0 && beginning !== beginnings[i - 1]).length;
      expect(moves).toBeGreaterThan(0);
      expect(moves).toBeLessThan(25);
    }
  });
});
