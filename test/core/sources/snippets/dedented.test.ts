import { describe, expect, test } from "vitest";
import { dedented } from "../../../../extension/core/sources/snippets/dedented.ts";

describe("dedented", () => {
  test.each([
    ["a method", "    def total(self):\n        return 1\n", "def total(self):\n    return 1\n"],
    ["blank lines around, with spaces", "\n   \n  x = 1\n\n  y = 2\n \n", "x = 1\n\ny = 2\n"],
    ["a first line that is deeper than the rest", "        a()\n    b()\n", "    a()\nb()\n"],
    ["tabs", "\tx = 1\n\t\ty = 2\n", "x = 1\n\ty = 2\n"],
    ["tabs and spaces that share nothing", "\tx = 1\n  y = 2\n", "\tx = 1\n  y = 2\n"],
    ["line ends of Windows and of old Macs", "  a\r\n  b\r  c", "a\nb\nc\n"],
    ["blanks at the ends of lines, which stay", "  a \n  b\n", "a \nb\n"],
    ["nothing", " \n\t\n", ""],
  ])("%s", (_, text, code) => expect(dedented(text)).toBe(code));

  test("a text in a string keeps its place: its lines share less", () => {
    const text = '    def f():\n        return """\nat the margin\n"""\n';
    expect(dedented(text)).toBe(text);
  });
});
