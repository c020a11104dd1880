import { describe, expect, test } from "vitest";
import { openPythonParser } from "../../../extension/core/python/pythonParser.ts";

const parser = await openPythonParser();

describe("PythonParser.parses", () => {
  test.each(["", "\n", "x = 1", "def f(a, /, *, b=1):\n\treturn a", "match x:\n    case [1, *_]: pass", "é = 'ü'"])(
    "%j is Python",
    (text) => {
      expect(parser.parses(text)).toBe(true);
      expect(parser.problems(text)).toEqual([]);
    },
  );

  test.each(["def f(:\n  pass", "foo(1, ", "if x\n  y", "x = = 1", "import", "'open"])("%j is not", (text) => {
    expect(parser.parses(text)).toBe(false);
    expect(parser.problems(text)).not.toEqual([]);
  });
});

describe("PythonParser.problems", () => {
  test("a missing node is named, and stands between two characters", () => {
    expect(parser.problems("x = 1\ndef f(:\n  pass")).toEqual([
      { line: 2, column: 7, start: 12, end: 12, missing: ")" },
    ]);
  });

  test("the missing end of a line is told where the line should have ended", () => {
    expect(parser.problems("x = 1\n'%0.12d' random.randint(0, 9)")).toEqual([
      { line: 2, column: 9, start: 14, end: 14, missing: "_newline" },
    ]);
  });

  test("an error within an error is told after it, in UTF-16 code units", () => {
    expect(parser.problems("é = '🐍' + ?")).toEqual([
      { line: 1, column: 1, start: 0, end: 12, missing: undefined },
      { line: 1, column: 12, start: 11, end: 12, missing: undefined },
    ]);
  });
});

describe("PythonParser.tree", () => {
  // Expected: str(root_node) of PyPI's tree-sitter 0.23.2 with tree-sitter-python 0.23.6.
  test.each([
    [
      "a not in b\nassert a\n",
      "(module (expression_statement (comparison_operator (identifier) (identifier))) (assert_statement (identifier)))",
    ],
    [
      "def f(:\n  pass",
      '(module (function_definition name: (identifier) parameters: (parameters (MISSING ")")) ' +
        "body: (block (pass_statement))))",
    ],
    [
      "é = '🐍' + ?",
      "(module (ERROR (identifier) (string (string_start) (string_content) (string_end)) (UNEXPECTED '?')))",
    ],
  ])("%j: the same nodes and fields as through another binding", (text, expected) => {
    expect(parser.tree(text).expression).toBe(expected);
  });

  test("an inner node is written as a root would be, without its field", () => {
    const [statement] = parser.tree("x = y.z").children;
    const [assignment] = statement?.children ?? [];
    const [left, , right] = assignment?.children ?? [];
    expect([left?.field, left?.expression]).toEqual(["left", "(identifier)"]);
    expect([right?.field, right?.expression]).toEqual([
      "right",
      "(attribute object: (identifier) attribute: (identifier))",
    ]);
  });

  test("a text that is nested 20,000 deep has a tree", () => {
    const text = `${"(".repeat(20_000)}1${")".repeat(20_000)}`;
    let [node] = parser.tree(text).children;
    let depth = 0;
    for (; node; node = node.children[node.children.length >> 1]) depth++;
    expect(depth).toBe(20_002);
  });
});
