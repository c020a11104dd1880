import { describe, expect, test } from "vitest";
import { promptBuilder } from "../../../extension/core/completion/prompt.ts";
import { at, characters, shown, special, suffixFirst, withoutGaps } from "./fakes.ts";

const budget = { prefix: 60, suffix: 12 };

describe("promptBuilder", () => {
  test.each<[string, string | undefined, string]>([
    ["a = 1\nb = |\nc = 3", undefined, "<pre>a = 1\nb = <suf>\nc = 3<mid>"],
    ["a = |)", "src/a.py", "<file>src/a.py\n<pre>a = <suf>)<mid>"],
    ["a = |)", "/home/me/project/src/deep/a.py", "<file>src/deep/a.py\n<pre>a = <suf>)<mid>"],
    ["a = |)", "C:\\me\\project\\a.py", "<file>me/project/a.py\n<pre>a = <suf>)<mid>"],
    ["a = 1|\n\n", undefined, "a = 1"],
    ["|", undefined, "<end>"],
    ["|x", undefined, "<pre><suf>x<mid>"],
  ])("%j of %s", (marked, path, expected) => {
    expect(shown(promptBuilder(characters, budget)({ path, ...at(marked) }).ids)).toBe(expected);
  });

  test.each<[string, string, string]>([
    ["a = 1\nb =|\nc = 3", "<pre><suf>\nc = 3<mid>a = 1\nb =", ""],
    ["a = 1\nb = |\nc = 3", "<pre><suf>\nc = 3<mid>a = 1\nb =", " "],
    ["def f():\n    |", "<pre><suf><mid>def f():\n", "    "],
  ])("%j where the model reads the suffix first, owing the blanks at the end", (marked, expected, blanks) => {
    const { ids, owed } = promptBuilder(suffixFirst, budget)(at(marked));
    expect([shown(ids), owed]).toEqual([expected, blanks]);
  });

  test("without a suffix, owes the blanks at the end, which belong to the next token", () => {
    const { ids, owed } = promptBuilder(characters, budget)(at("def f():\n    |\n"));
    expect([shown(ids), owed]).toEqual(["def f():\n", "    "]);
  });

  test("goes from left to right where the model knows no gaps", () => {
    const { ids } = promptBuilder(withoutGaps, budget)({ path: "a.py", ...at("a = 1\nb|\nc = 3") });
    expect(shown(ids)).toBe("a = 1\nb");
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
