import { describe, expect, test } from "vitest";
import { stopRule } from "../../../extension/core/completion/stop.ts";
import { at } from "./fakes.ts";

/** Where a completion that is fed letter by letter ends; "…" if it never does. */
function completed(marked: string, generated: string, multiline: "auto" | "never" = "auto"): string {
  const rule = stopRule(at(marked), multiline);
  for (let length = 0; length <= generated.length; length++) {
    const end = rule(generated.slice(0, length));
    if (end) return `${generated.slice(0, end.length)}<${end.by}>`;
  }
  return `${generated}…`;
}

describe("stopRule, a line", () => {
  test.each<[string, string, string]>([
    ["import os\nx = |", "os.path\ny = 2\n", "os.path<line>"],
    ["x = |", "1", "1…"],
    ["def f():\n    a = 1\n    |", "return a\n\ndef g", "return a<line>"],
    ["x = 1|", "\ny = 2\n", "<line>"],
    // There already is a block, so only the line is missing.
    ["if |\n    return 1", "x:\n    return 2\n", "x:<line>"],
    ["def f(|):\n    return 1", "x):\n    return", "x):<line>"],
    ["foo(|", "a,\n    b)\n", "a,<line>"],
    // Brackets that the line opens are closed.
    ["x = |", "foo(\n    a,\n    [b],\n)\ny = 1\n", "foo(\n    a,\n    [b],\n)<line>"],
    ["foo(|", "bar(\n    a,\n), c,\nd)\n", "bar(\n    a,\n), c,<line>"],
    ["x = |", `[\n${"    1,\n".repeat(9)}]\n`, "[<line>"],
    ["x = |)", "foo(\n    a,\n)\n", "foo(<line>"],
    ["x = |", "foo(\n    a\ndef f():\n    b\n", "foo(\n    a\ndef f():<line>"],
  ])("%j + %j", (marked, generated, expected) => expect(completed(marked, generated)).toBe(expected));

  test("is all there is where blocks are not wanted", () => {
    expect(completed("def f():\n    |", "a = 1\n    return a\n", "never")).toBe("a = 1<line>");
    expect(completed("x = |", "foo(\n    a,\n)\n", "never")).toBe("foo(<line>");
  });
});

describe("stopRule, a block", () => {
  test.each<[string, string, string]>([
    ["def f(x):\n    |", "y = 1\n    return y\n\nprint(f(1))\n", "y = 1\n    return y<block>"],
    ["def f(x):|", "\n    return x\n\n\ndef g", "\n    return x<block>"],
    ["class A:\n    def f(self):\n        |\n\n    def g(self):", "return 1\n\n    def h(self):", "return 1<block>"],
    ["for x in|", " items:\n    print(x)\nprint()", " items:\n    print(x)<block>"],
    ["    if a:\n        return 1\n    |", "else:\n        return 2\n    x", "else:\n        return 2<block>"],
    ['def f():\n    """Do."""|', "\n    a = 1\n    return a\nb", "\n    a = 1\n    return a<block>"],
    ['def f():\n    """Do."""\n    |', "a = 1\n    return a\nb", "a = 1\n    return a<block>"],
    ['def f():\n    """Do."""|\n    return 1\n', "\n    a = 1\n", "<line>"],
    ['def f():\n    """Do|', ' it."""\n    a()\nb', ' it."""<line>'],
    // Brackets and strings may go back to the left.
    ["def f():\n    |", 'x = """\nleft\n"""\n    return x\ny', 'x = """\nleft\n"""\n    return x<block>'],
    ["def f():\n    |", "x = [\n1,\n]\n    return x\ny", "x = [\n1,\n]\n    return x<block>"],
    // Blocks in the block belong to it.
    [
      "def f():\n    |",
      "for x in y:\n        if x:\n            return x\nz",
      "for x in y:\n        if x:\n            return x<block>",
    ],
    // One blank line is part of it, two are its end.
    ["def f():\n    |", "a = 1\n\n    b = 2\n\n\n    c = 3\n", "a = 1\n\n    b = 2<block>"],
    ["def f():\n    |", "a = 1\n    b = 2", "a = 1\n    b = 2…"],
    // The cursor is to the left of any body, so the completion is not a body.
    ["def f():\n|", "x = 1\ny = 2\n", "x = 1<line>"],
    ["def f():\n|", "    x = 1\n    y = 2\nz", "    x = 1\n    y = 2<block>"],
  ])("%j + %j", (marked, generated, expected) => expect(completed(marked, generated)).toBe(expected));
});
