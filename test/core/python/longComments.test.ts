import { describe, expect, test } from "vitest";
import { withoutLongComments } from "../../../extension/core/python/longComments.ts";
import { openPythonParser, type SyntaxNode } from "../../../extension/core/python/pythonParser.ts";

const parser = await openPythonParser();
const comment = (indent: string): string => `${indent}# x = f(')\n`.repeat(30);

/** All nodes but comments, with their places. */
function nodesOf({ type, start, end, children }: SyntaxNode): string[] {
  return type === "comment" ? [] : [`${type} ${start}-${end}`, ...children.flatMap(nodesOf)];
}

describe("withoutLongComments", () => {
  test("blanks the middle of a comment of more than 20 lines", () => {
    const text = (lines: number): string => `def f():\n${"    # a\n".repeat(lines)}    return 1\n`;
    expect(withoutLongComments(text(20))).toBe(text(20));
    expect(withoutLongComments(text(21))).toBe(`def f():\n    # a\n${"       \n".repeat(19)}    # a\n    return 1\n`);
  });

  test("leaves strings as they are", () => {
    const text = `x = """\n${"# a\n".repeat(30)}"""\n`;
    expect(withoutLongComments(text)).toBe(text);
  });

  test.each([
    ["before a body", `def f():\n${comment("    ")}    return 1\n`],
    [
      "at the end of blocks",
      `if a:\n    if b:\n        c()\n${comment("        ")}${comment("    ")}${comment("        ")}d()\n`,
    ],
    ["between brackets", `x = (\n${comment("  ")}  1\n)\n`],
    ["with tabs", `if a:\n\tif b:\n\t\tc()\n${comment("\t\t")}${comment("    ")}${comment("\t")}d()\n`],
  ])("a comment %s: all other nodes stay", (_, text) => {
    expect(withoutLongComments(text)).not.toBe(text);
    expect(nodesOf(parser.tree(text))).toEqual(nodesOf(parser.wholeTree(text)));
  });

  test.each([
    ["a comment in a block", `def f():\n    x = 1\n${"    # x = compute(a, b, c) + 1\n".repeat(4000)}    return x\n`],
    ["backslashes alone", "\\\n".repeat(16_000)],
  ])("%s takes no time that grows with the square of its length", (_, text) => {
    const start = performance.now();
    expect(parser.parses(text)).toBe(true);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
