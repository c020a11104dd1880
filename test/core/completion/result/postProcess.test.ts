import { describe, expect, test } from "vitest";
import { postProcess } from "../../../../extension/core/completion/result/postProcess.ts";
import { at } from "../fakes.ts";

const options = { isCutOff: false, fewestVisible: 1 };

describe("postProcess", () => {
  test.each<[string, string, string]>([
    ["x = |", "1  \n", "1"],
    ["x = |", "   ", ""],
    // Closing brackets that the document already has.
    ["print(|)", "x)", "x"],
    ["print(|)", "f(x)", "f(x)"],
    ["print(|)", "f(x))", "f(x)"],
    ["print(|", "x)", "x)"],
    ["d['|']", "key']", "key"],
    ["d['|']", "key'] = 1", "key'] = 1"],
    ["d['|']", "key", "key"],
    ["x = [a, |]", "b]", "b"],
    ["def f(|):", "x, y):", "x, y"],
    ["def f(|) -> int:", "x) -> int:", "x"],
    ["foo(a, |):", "b)", "b"],
    // Text that the next lines already have.
    ["x = 1\n|\nprint(x)\n", "print(x)", ""],
    ["def f():\n    |\n    return total\n", "total = 1\n    return total", "total = 1"],
    [
      "def f():\n    |\n\n    return first_total_of_all\n",
      "a = 1\n    b = 2\n    return first_totals_of_all",
      "a = 1\n    b = 2",
    ],
    ["def f():\n    |\n    return total\n", "total = 1\n    return 7", "total = 1\n    return 7"],
    ["x = |\n1\n", "1", "1"],
    // Loops.
    ["def f():\n    |", "a = 1\n    print()\n    print()\n    print()", "a = 1\n    print()"],
    ["def f():\n    |", "a()\n    b()\n    a()\n    b()", "a()\n    b()"],
    ["def f():\n    |", "a()\n    a()\n    b()", "a()"],
    ["def f():\n    |", "if a:\n        b()\n        if a:\n            b()\n            c()", "if a:\n        b()"],
    ["x = [\n    |", "[\n        [1],\n    ],\n    [\n        [2],", "[\n        [1],\n    ],\n    [\n        [2],"],
    ["x = [\n    [\n        1\n|", "    ],\n],", "    ],\n],"],
    // Names that stand alone.
    ["def f(self):\n    |\n", "self", ""],
    ["def f(self):\n    |\n", "self.items", ""],
    ["def f(self):\n    |\n", "a = 1\n    self.items\n    b = 2", "a = 1"],
    ["def f(self):\n    self.|\n", "items", "items"],
    ["def f(self):\n    |.clear()\n", "self.items", "self.items"],
    ["for a in b:\n    |\n", "continue", "continue"],
    ["f(\n    |\n)", "self.items", "self.items"],
    ['"""Says\n|\n"""', "more", "more"],
    // Definitions that already exist.
    ["class A:\n    def f(self):\n        g()\n\n    |\n", "def f(self):\n        g()", ""],
    ["class A:\n    def f(self):\n        g()\n\n    def |\n", "f(self):\n        g()", ""],
    ["class A:\n    def f(self):\n        g()\n\n    def f|\n", "(self):\n        h()", "(self):\n        h()"],
    ["class A:\n    def f(self):\n        |\n", "g()\n\n    def f(self):\n        h()", "g()"],
    ["class A:\n    |\n\n    def f(self):\n        g()\n", "def f(self):\n        h()", ""],
    ["|\ndef f():\n    g()\n", "class A:\n    def f(self):\n        h()", "class A:\n    def f(self):\n        h()"],
    ["class A:\n    def f(self):\n        g()\n\nclass B:\n    |\n", "def f(self):", "def f(self):"],
    ["|", "def f():\n    g()\n\ndef f():\n    h()", "def f():\n    g()"],
    // The beginning of another function.
    ["def f(self):\n    self.b(1)\n\n\ndef g(self):\n    |\n", "self.b(1)", ""],
    ["def f(self):\n    self.b(1)\n\n\ndef g(self):\n    self.|\n", "b(1)", "b(1)"],
    ["def f(self):\n    self.b(1)\n\n\ndef g(self):|\n", "\n    self.b(1)\n    c()", ""],
    ["def f(self):\n    self.b(1)\n\n\ndef g(self):\n    |\n", "c()\n    self.b(1)", "c()\n    self.b(1)"],
    ["def f():\n    a = []\n\n\ndef g():\n    |\n", "a = []", "a = []"],
    // Unreachable code.
    ["def f():\n    return 1\n    |\n", "return 2", ""],
    ["def f():\n    return g(\n        1\n    )\n    |\n", "h()", ""],
    ["def f():\n    if a:\n        raise B\n    |\n", "return 2", "return 2"],
    ["for a in b:\n    |\n", "if a:\n        break\n        c()\n    d()", "if a:\n        break"],
    ["def f():\n    return 1\n|\n", "g()", "g()"],
    // A block that is already open.
    ["def f():\n    with a:\n        |\n", "with a:\n            b()", ""],
    ["try:\n    |\n", "try:\n        a()", "try:\n        a()"],
    // A repetition of the statement above.
    ["def f():\n    a(1)\n    |\n", "a(1)", ""],
    ["def f():\n    a(1)\n    a|\n", "(1)", ""],
    ["def f():\n    a(1)\n\n    a(|)\n", "1", ""],
    ["def f():\n    a(1)\n    |\n", "a(1, 2)", "a(1, 2)"],
    ["def f():\n    a(1)\n|\n", "a(1)", "a(1)"],
    ["def f():\n    a(1)\n    a(1)\n    |\n", "a(1)", "a(1)"],
    ['def f():\n    """Do.\n    """|\n', "\n    a(1)\n    a(1)\n    b()", "\n    a(1)"],
    ["x = [\n    1,\n    |\n]\n", "1,", "1,"],
    ["x = [\n    |", "1,\n    2,\n    3,", "1,\n    2,\n    3,"],
  ])("%j + %j: %j", (marked, text, expected) => expect(postProcess(text, at(marked), options)).toBe(expected));

  test("drops the line that was cut off, where there are several", () => {
    const cutOff = { ...options, isCutOff: true };
    expect(postProcess("a = 1\n    retu", at("def f():\n    |"), cutOff)).toBe("a = 1");
    expect(postProcess("some_long_na", at("x = |"), cutOff)).toBe("some_long_na");
  });

  test("drops what has too few visible characters", () => {
    expect(postProcess(") )", at("x = |"), { ...options, fewestVisible: 3 })).toBe("");
    expect(postProcess("a b c", at("x = |"), { ...options, fewestVisible: 3 })).toBe("a b c");
  });
});
