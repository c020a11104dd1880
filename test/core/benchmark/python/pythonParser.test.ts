import { describe, expect, test } from "vitest";
import { openPythonParser, type SyntaxNode } from "../../../../extension/core/benchmark/python/pythonParser.ts";

const parser = await openPythonParser();

/** As tree-sitter writes trees: named nodes with their fields. */
function written({ type, field, named, missing, children }: SyntaxNode): string {
  const name = missing && !named ? JSON.stringify(type) : type;
  const inside = [missing ? `MISSING ${name}` : name, ...children.map(written)].filter((text) => text !== "");
  return named || missing ? `${field ? `${field}: ` : ""}(${inside.join(" ")})` : "";
}

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

  test("an error within an error is told after it, in UTF-16 code units", () => {
    expect(parser.problems("é = '🐍' + ?")).toEqual([
      { line: 1, column: 1, start: 0, end: 12, missing: undefined },
      { line: 1, column: 12, start: 11, end: 12, missing: undefined },
    ]);
  });
});

describe("PythonParser.tree", () => {
  // Expected: str(root_node) of PyPI's tree-sitter 0.25.2 with tree-sitter-python 0.25.0.
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
  ])("%j: the same nodes and fields as through another binding", (text, expected) => {
    expect(written(parser.tree(text))).toBe(expected);
  });

  test("a text that is nested 20,000 deep has a tree", () => {
    const text = `${"(".repeat(20_000)}1${")".repeat(20_000)}`;
    let [node] = parser.tree(text).children;
    let depth = 0;
    for (; node; node = node.children[node.children.length >> 1]) depth++;
    expect(depth).toBe(20_002);
  });
});
