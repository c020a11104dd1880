import { expect, test } from "vitest";
import { lexemesOf } from "../../../../extension/core/sources/secrets/lexemes.ts";

const textsOf = (code: string): string[] =>
  lexemesOf(code).flatMap(({ kind, value }) => (kind === "text" ? [value] : []));

test.each<[string, string[]]>([
  ['a = """x\n"y"""', ['x\n"y']],
  ["a = '''it's\\''' '''", ["it's\\''' "]],
  ['a = rb"x\\"y" "z', ['x\\"y']],
  // Not closed: an empty text, and one that begins with the third quote.
  ['"""x"', ["", "x"]],
  ["'x\n'y'", ["y"]],
  ["'x\\\ny'", ["x\\\ny"]],
])("the texts of %j", (code, texts) => expect(textsOf(code)).toEqual(texts));

test.each([
  ["three quotes that an escape opens", '\\"""\n'],
  ["three single quotes", "\\'''\n"],
  ["quotes on continued lines", '"\\\n'],
  ["escaped quotes on continued lines", '\\"\\\n'],
])("takes time in proportion to the code: %s", (_, line) => {
  const milliseconds = (lines: number): number => {
    const code = line.repeat(lines);
    const times = Array.from({ length: 5 }, () => {
      const before = process.cpuUsage();
      lexemesOf(code);
      return process.cpuUsage(before).user / 1000;
    });
    return Math.min(...times);
  };
  // In proportion, it takes 4 times as long, otherwise 16. A few milliseconds say nothing.
  expect(milliseconds(16_000)).toBeLessThan(Math.max(100, 10 * milliseconds(4000)));
});
