import { describe, expect, test } from "vitest";
import { indentation, openBlock, scanPython } from "../../../extension/core/completion/pythonText.ts";

describe("scanPython", () => {
  test.each<[string, Partial<ReturnType<typeof scanPython>>]>([
    ["print(a[0", { brackets: "([", quote: "", inComment: false }],
    ["print(a[0])", { brackets: "" }],
    ["x = 'it", { quote: "'" }],
    ["x = 'it\\'s", { quote: "'" }],
    ["x = 'it'", { quote: "" }],
    ['"""doc\n', { quote: '"""' }],
    ['"""doc "quoted" ""', { quote: '"""' }],
    ['"""doc"""', { quote: "" }],
    ["x = '", { quote: "'" }],
    ["x = 'unfinished\ny = (", { quote: "", brackets: "(" }],
    ["x = 1  # see (", { inComment: true, brackets: "" }],
    ["x = 1  # see (\n", { inComment: false, brackets: "" }],
    ["x = '# no comment (' + f(", { inComment: false, brackets: "(" }],
    ["f(]", { brackets: "(" }],
    // No expression has these words: the call above is unfinished.
    ["x = f(\ndef g():\n    y = [", { brackets: "[" }],
    ["x = f(\n    async def g():\n", { brackets: "" }],
    ["x = f(\n    # def g():\n", { brackets: "(" }],
    ["x = [\n    await a\n    for a in b\n    if defined", { brackets: "[" }],
    ['x = f("""\ndef g():\n', { brackets: "(", quote: '"""' }],
  ])("%j", (text, expected) => {
    expect(scanPython(text)).toMatchObject(expected);
  });
});

describe("openBlock", () => {
  test.each<[string, number | undefined]>([
    ["def f(x):", 0],
    ["def f(x):\n", 0],
    ["def f(x):\n    ", 0],
    ["class A:\n    def f(self):  # why\n\n        ", 4],
    ["    async def f(\n        a,\n        b,\n    ) -> int:\n", 4],
    ["if a and (b or\n        c):\n    # first of all\n    ", 0],
    ["try:", 0],
    ["else:", 0],
    ["match x:\n    case {'a': [1, *_]}:\n", 4],
    ["def f(x):\n    y = 1\n    ", undefined],
    ['def f(x):\n    """Do."""\n    ', 0],
    ["class A:\n    @b\n    def f(self):\n        r'''Do: # not\n\n        this.\n        '''", 4],
    ["class A:\n    'Do.'\n\n    # First:\n", 0],
    ['if x:\n    """Do."""\n    ', undefined],
    ['def f(x):\n    """Do."""\n    a\n    """No."""\n', undefined],
    ['def f(x):\n    """Do.', undefined],
    ['def f(x):\n    "a" + "b"\n', undefined],
    ["x = f(\n\ndef g(x):\n    ", 0],
    ["if a and \\\n        b:\n    ", 0],
    ["if a:  # \\\n    ", 0],
    ["x = a + \\\n    if_:\n", undefined],
    ["x = {", undefined],
    ["f = lambda x:", undefined],
    ["x: int", undefined],
    ["a[1:", undefined],
    ["if x == 'a:", undefined],
    ["# if x:", undefined],
    ["define:", undefined],
    ["if x: return 1\n", undefined],
    ["", undefined],
  ])("%j: %s", (text, indent) => expect(openBlock(text)).toBe(indent));
});

test.each<[string, number]>([
  ["x", 0],
  ["    x", 4],
  ["\tx", 8],
  ["  \tx", 8],
  ["   ", 3],
])("indentation of %j: %i", (line, width) => expect(indentation(line)).toBe(width));
