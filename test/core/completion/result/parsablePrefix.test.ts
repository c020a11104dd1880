import { describe, expect, test } from "vitest";
import { parsablePrefix } from "../../../../extension/core/completion/result/parsablePrefix.ts";
import { openPythonParser, type PythonParser } from "../../../../extension/core/python/pythonParser.ts";
import { at } from "../fakes.ts";

const parser = await openPythonParser();

describe("parsablePrefix", () => {
  test.each<[string, string, string, string]>([
    ["keeps what parses", "x = |\ny = 1\n", "f(a)", "f(a)"],
    ["leaves out a call that ends nowhere", "for o in a:\n    opt|\ny = 1\n", "ions.append(", "ions.append"],
    ["keeps a bracket that the next lines close", "opt|\n    1,\n)\n", "ions.append(", "ions.append("],
    ["drops what fits in no length", "from .serial|\nx = 1\n", "s import (", ""],
    ["drops a head without its colon", "if a < |\n    b()\n", "c", ""],
    ["keeps a head above its block", "if a < |\n    b()\n", "c:", "c:"],
    ["leaves out lines at the end", "def f():\n    |\n\nx = 1\n", "a = 1\n    if a", "a = 1"],
    ["leaves out what the other entries do not close", 'x = {\n    "a": |\n    "b": 2,\n}\n', "f(1,", ""],
    ["leaves out what a decorated head lacks", "@a\ndef f|\n    return 1\n", "(x", ""],
    ["leaves out half a string", 'f(\n    "a"\n    + |\n)\n', 'b"', "b"],
    ["takes no docstring of the module for code", '"""Some\n\ntext"""\n\nfrom a|\nx = 1\n', ".b import (", ""],
    ["knows the rest of the line", "print(|)\n", "a, b", "a, b"],
    ["leaves out what the rest of the line breaks", "print(|)\n", "a[", "a"],
  ])("%s", (_, marked, text, expected) => {
    const { prefix, suffix } = at(marked);
    expect(parsablePrefix(parser, text, { prefix, suffix })).toBe(expected);
  });

  test("looks no further than some thousand characters, and never into half a block", () => {
    const far = `x = (\n${"class A:\n    def f(self):\n        return 1\n\n".repeat(400)}`;
    expect(
      parsablePrefix(parser, "g(", { prefix: `${far}class B:\n    def f(self):\n        return `, suffix: "\n" }),
    ).toBe("g");
  });

  test("many brackets that prose leaves open above the cursor cost few parses", () => {
    let parses = 0;
    const counting: PythonParser = { ...parser, faults: (...of) => (parses++, parser.faults(...of)) };
    const prefix = "level 3 :( failed, retry (again\n".repeat(100);
    parsablePrefix(counting, "level 4 :(", { prefix, suffix: "\n" });
    expect(parses).toBeLessThan(100);
  });

  test("a line that closes twenty brackets at once is plausible, so that one which closes none is cut", () => {
    const prefix = `x = ${"(".repeat(20)}\n`;
    expect(parsablePrefix(parser, "1", { prefix, suffix: "\ny = 1\n" })).toBe("");
  });

  test.each<[string, string, string, string]>([
    // The grammar reads keywords as names if it has no use for them: it read "else: x" as an annotation.
    ["an else without an if", "x = 1\n|\n", "else:", ""],
    ["an else with its code on the line", "def f():\n    a = 1\n    el|\n", "se: return a", ""],
    ["a keyword as a name", "self.kind = |\n", "class", ""],
    ["a keyword as an attribute", "x = self.|\n", "return", ""],
    ["a keyword as an argument", "f(|)\n", "a, if", "a"],
    ["an argument behind a named one", "x = sorted(a, key=l|)\n", "en(key), 0", "en(key)"],
    ["an argument that is named twice", "f(a=1, |)\n", "b=2, a=3", "b=2"],
    ["an argument behind a mapping", "f(**a, |)\n", "b", ""],
    ["a parameter that is there already", "def f(a, |):\n    pass\n", "b, a", "b"],
    ["a parameter without a default behind one with", "def f(a, |):\n    pass\n", "b=1, c", "b=1"],
    ["a return outside of a function", "x = 1\n|\n", "return x", ""],
    ["a return in a class", "class A:\n    |\n", "return x", ""],
    ["a break outside of a loop", "def f():\n    if a:\n        |\n", "break", ""],
    ["a break in the else of a loop", "for a in b:\n    c()\nelse:\n    |\n", "break", ""],
    ["a continue in a function in a loop", "for a in b:\n    def f():\n        |\n", "continue", ""],
    ["a print statement", "def f(a):\n    |\n", "print a", "print"],
    ["a line at another indentation", "def f():\n    a = 1\n    |\n", "b = 2\n      c = 3", "b = 2"],
    ["a statement that makes the next line stand too far right", "def f():\n    |\n        b()\n", "a = 1", ""],
    ["a head at the end of a block", "def f():|\n\n\nx = 1\n", "\n    a = 1\n    if a:", "\n    a = 1"],
    [
      "a head at the end behind a comment",
      "def f():|\n\n\nx = 1\n",
      "\n    a = 1\n    if a:\n        # b",
      "\n    a = 1",
    ],
    ["a bare return where a value is promised", "def f(a) -> Result:\n    if a:\n        ret|\n    b()\n", "urn", ""],
    [
      "a bare return where a value or None is",
      "def f(a) -> None | int:\n    if a:\n        ret|\n    b()\n",
      "urn",
      "",
    ],
    ["a bare return among returns of values", "def f(a):\n    if a:\n        return 1\n    ret|\n", "urn", ""],
  ])("leaves out %s, which the grammar takes", (_, marked, text, expected) => {
    const { prefix, suffix } = at(marked);
    expect(parsablePrefix(parser, text, { prefix, suffix })).toBe(expected);
  });

  test.each<[string, string, string]>([
    ["an else of an if", "if a:\n    b()\nel|\n", "se:"],
    ["an else of a loop", "for a in b:\n    c()\n|\n", "else:"],
    ["a bracket that the cursor's line has opened", "x = f(a, |)\n", "b=1"],
    ["unpacking behind a named argument", "f(a=1, |)\n", "*b, **c"],
    ["parameters of all kinds", "def f(|):\n    pass\n", "a, /, b, c=1, *d, e, f=2, **g"],
    ["parameters behind a star", "def f(|):\n    pass\n", "a=1, *, b=2, c: int"],
    ["a break in a loop's if", "while a:\n    if b:\n        |\n", "break"],
    [
      "a break in the else of a loop in a loop",
      "while a:\n    for b in c:\n        pass\n    else:\n        |\n",
      "break",
    ],
    ["a yield in a lambda", "f = |\n", "lambda: (yield)"],
    ["a return in the body of what is not there", "    x = 1\n    |\n", "return x"],
    ...["None", "'None'", "t.Any", "Iterator[int]", "AsyncGenerator[int]", "typing.NoReturn"].map(
      (type) =>
        [
          `a bare return where ${type} is promised`,
          `def f(a) -> ${type}:\n    if a:\n        |\n`,
          "return",
        ] satisfies [string, string, string],
    ),
    ["a bare return of a function that yields", "def f() -> Result:\n    yield 1\n    |\n", "return"],
    ["a bare return in a function inside", "def f() -> int:\n    def g():\n        |\n    return g()\n", "return"],
    ["a bare return where nothing is returned", "def f(a):\n    if a:\n        |\n    b()\n", "return"],
    ["a bare return around a function that returns", "def f():\n    def g():\n        return 1\n    |\n", "return"],
    ["a line above a bare return", "def f():\n    |\n    return\n    return 1\n", "a()"],
    ["words that are keywords only at times", "|\n", "match = type = print = exec = case = 1"],
    ["an await, as in notebooks", "|\n", "await f()"],
    ["a head on the line of the cursor", "def f():\n    if a|\n", ":"],
    ["a comment as all that a block has", "if a:\n    |\n", "# later"],
    ["an except", "try:\n    a()\nexc|\n    b()\n", "ept E:"],
    ["an end of a call over lines", "x = f(\n    a,\n    |\n", "b)"],
    ["an end of parameters over lines", "def f(\n    a,\n    b|\n    pass\n", "=1):"],
    [
      "an entry among thousands",
      `x = {\n${"    'a': 1,\n".repeat(999)}    'b|\n${"    'c': 1,\n".repeat(999)}}\n`,
      "': 2,",
    ],
    ["lines in a docstring", 'def f():\n    """Do.\n\n    |\n    """\n', "return (it"],
  ])("keeps %s", (_, marked, text) => {
    const { prefix, suffix } = at(marked);
    expect(parsablePrefix(parser, text, { prefix, suffix })).toBe(text);
  });

  test.each<[string, string, string, string]>([
    ["above", "def (:\n\nx = |\n", "f(", "f"],
    ["far above", `def (:\n${"a = 1\n".repeat(200)}x = |\n`, "f(1,", "f"],
    ["far below", `x = |\n${"a = 1\n".repeat(200)}def (:\n`, "f(1,", "f"],
    ["in the call above", "y = g(\n\ndef f():\n    return |\n", "[1", ""],
    ["in a function below", "def f():\n    return |\n\n\ndef g():\n    x = = 1\n", "h(", "h"],
    ["where the code is no Python", "Write a function that adds two numbers.\n|", "def f(a):", "def f(a):"],
  ])("adds no error to those %s", (_, marked, text, expected) => {
    const { prefix, suffix } = at(marked);
    expect(parsablePrefix(parser, text, { prefix, suffix })).toBe(expected);
  });

  test("judges alike whatever is broken at the other end of a long class", () => {
    const methods = "    def f(self):\n        return 1\n\n".repeat(300);
    const prefix = `import a\n\nclass B(C):\n${methods}    def g(self):\n        return `;
    expect(parsablePrefix(parser, "h(", { prefix, suffix: `\n\n${methods}\n\nx = (` })).toBe("h");
    expect(parsablePrefix(parser, "h(", { prefix, suffix: `\n\n${methods}\n\ndef i():\n    x = (` })).toBe("h");
  });
});
