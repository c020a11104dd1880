import { beforeAll, describe, expect, test } from "vitest";
import { openPythonParser, type PythonParser } from "../../../../extension/core/python/pythonParser.ts";
import { cursorHoles, type CursorKind } from "../../../../extension/core/training/holes/cursorHoles.ts";

let parser: PythonParser;
beforeAll(async () => (parser = await openPythonParser()));

const code = `import os


def area(width, height=1):
    """Of a rectangle."""
    # Sides, not corners.
    check(width, "side")
    if width > 2:
        return width * height
    return [width]
`;

function found(kind: CursorKind, text = code): string[] {
  return cursorHoles(text, parser.tree(text))[kind].map(({ start, end }) => text.slice(start, end));
}

describe("cursorHoles", () => {
  test("rests of lines begin at the bounds of tokens, and leave out comments and longer strings", () => {
    expect(found("line", "x = f(1)  # why\ny = g.h\n")).toEqual([
      "y = g.h",
      " = g.h",
      "= g.h",
      " g.h",
      "g.h",
      ".h",
      "h",
    ]);
    expect(found("header", "if x:  # why\n    a\nelse:\n    b\nfor y in z:\n    c\n")).toContain(" z:");
    expect(found("header", "x = 1\nif x: y()\n")).toEqual([]);
    expect(found("line", "if x:\n    y\n")).toEqual(["y"]);
    expect(found("line", 'x = """\na"""\n')).toEqual([]);
    expect(found("line").filter((text) => text.endsWith("height"))).toEqual([
      "return width * height",
      " width * height",
      "width * height",
      " * height",
      "* height",
      " height",
      "height",
    ]);
  });

  test("what stands inside brackets and quotes that are not empty", () => {
    expect(found("inside")).toEqual(["width, height=1", 'width, "side"', "side", "width"]);
    expect(found("inside", "f()\nx = ''\n")).toEqual([]);
  });

  test("bodies, from the line below the header or from its end, behind a docstring", () => {
    const ofIf = "return width * height";
    expect(found("body", "if x:\n    a()\n    b()\n")).toEqual(["\n    a()\n    b()", "a()\n    b()"]);
    expect(found("body").at(-1)).toBe(ofIf);
    // There is a comment between docstring and body.
    expect(found("body")[0]).toMatch(/^check\(width[^]*\[width\]$/);
  });

  test("whole statements, one to four, and the rests of blocks", () => {
    const five = "a\nb\nc\nd\ne\n";
    expect(found("statements", five).slice(0, 4)).toEqual(["a", "a\nb", "a\nb\nc", "a\nb\nc\nd"]);
    expect(found("rest", five)).toEqual(["b\nc\nd\ne", "c\nd\ne", "d\ne", "e"]);
  });

  test("none is longer than thirteen lines, blank, or unordered", () => {
    const long = `def f():\n${"    x = 1\n".repeat(40)}`;
    const holes = Object.values(cursorHoles(long, parser.tree(long)));
    for (const kind of holes) {
      for (const { start, end } of kind) {
        expect(long.slice(start, end).split("\n").length).toBeLessThanOrEqual(13);
        expect(long.slice(start, end).trim()).not.toBe("");
      }
      expect(kind.map(({ start }) => start)).toEqual(kind.map(({ start }) => start).sort((a, b) => a - b));
    }
    expect(found("body", long)).toEqual([]);
  });
});
