import { describe, expect, test } from "vitest";
import { soundPart } from "../../../extension/core/completion/soundPart.ts";
import { openPythonParser } from "../../../extension/core/python/pythonParser.ts";
import { at } from "./fakes.ts";

const parser = await openPythonParser();

describe("soundPart", () => {
  test.each<[string, string, string, string]>([
    ["keeps what parses", "x = |\ny = 1\n", "f(a)", "f(a)"],
    ["leaves out a call that ends nowhere", "for o in a:\n    opt|\ny = 1\n", "ions.append(", "ions.append"],
    ["keeps a bracket that the next lines close", "opt|\n    1,\n)\n", "ions.append(", "ions.append("],
    ["drops what fits in no length", "from .serial|\nx = 1\n", "s import (", ""],
    ["drops a head without its colon", "if a < |\n    b()\n", "c", ""],
    ["keeps a head above its block", "if a < |\n    b()\n", "c:", "c:"],
    ["leaves out lines at the end", "def f():\n    |\n\nx = 1\n", "a = 1\n    if a", "a = 1"],
    ["leaves alone what stands in broken code", "def (:\nx = |\n", "f(", "f("],
    ["leaves alone what is no Python", "Write a function that adds two numbers.\n|", "def f(", "def f("],
    ["leaves out what the other entries do not close", 'x = {\n    "a": |\n    "b": 2,\n}\n', "f(1,", ""],
    ["leaves out what a decorated head lacks", "@a\ndef f|\n    return 1\n", "(x", ""],
    ["leaves out half a string", 'f(\n    "a"\n    + |\n)\n', 'b"', "b"],
    ["takes no docstring of the module for code", '"""Some\n\ntext"""\n\nfrom a|\nx = 1\n', ".b import (", ""],
    ["knows the rest of the line", "print(|)\n", "a, b", "a, b"],
    ["leaves out what the rest of the line breaks", "print(|)\n", "a[", "a"],
  ])("%s", (_, marked, text, expected) => {
    const { prefix, suffix } = at(marked);
    expect(soundPart(parser, text, { prefix, suffix })).toBe(expected);
  });

  test("looks no further than some thousand characters, and never into half a block", () => {
    const far = `x = (\n${"class A:\n    def f(self):\n        return 1\n\n".repeat(400)}`;
    expect(soundPart(parser, "g(", { prefix: `${far}class B:\n    def f(self):\n        return `, suffix: "\n" })).toBe(
      "g",
    );
  });

  test("looks up to the ends of a long class", () => {
    const methods = "    def f(self):\n        return 1\n\n".repeat(300);
    const prefix = `import a\n\nclass B(C):\n${methods}    def g(self):\n        return `;
    expect(soundPart(parser, "h(", { prefix, suffix: `\n\n${methods}\n\nx = (` })).toBe("h(");
    expect(soundPart(parser, "h(", { prefix, suffix: `\n\n${methods}\n\ndef i():\n    x = (` })).toBe("h");
  });
});
