import { describe, expect, test } from "vitest";
import { openPythonParser } from "../../../extension/core/python/pythonParser.ts";
import { at } from "../completion/fakes.ts";

const parser = await openPythonParser();
const foreign = (marked: string, text: string, known: readonly string[] = []): string | undefined => {
  const { prefix, suffix } = at(marked);
  const range = { start: prefix.length, end: prefix.length + text.length };
  const whole = prefix + text + suffix;
  const found = parser.foreignName(whole, range, (name) => known.includes(name));
  return found === undefined ? undefined : /^[\p{L}\p{N}_]*/u.exec(whole.slice(found))![0];
};

const account = `import os

rate = 2

class Account:
    limit = 3

    def __init__(
        self, owner: str, balance: int = 0, *rest, key=None, **more,
    ) -> None:
        local = owner
        for item in rest:
            pass
        self.balance = balance

    def deposit(self, amount):
        first = amount
        |
        last = first

    def close(self, when: Date = TODAY):
        global cache
        cache = {}
        with open(when) as file:
            later = elsewhere(file, size=1)


def main(argv):
    pass
`;

describe("foreignName", () => {
  test.each<[string, string | undefined]>([
    ["self.balance = balance", "balance"],
    ["self.balance = amount + local", "local"],
    ["a = later\n        b = balance", "later"],
    ["return f'{rest}'", "rest"],
    ["main(argv)", "argv"],
    ["print(item, more)", "item"],
    ["call(key=key)", "key"],
    ["file.close()", "file"],
    // Names in scope: parameters, own names even if they follow below, the class, the module, functions, and the names of every module.
    ["print(amount, first, last, limit, rate, os, Account, main, deposit, __file__)", undefined],
    ["raise ValueError(amount)", undefined],
    ["return cache", undefined],
    // A name without a meaning may be an import that the user adds later.
    ["json.dumps(amount)", undefined],
    ["elsewhere(amount)", undefined],
    ["return Date(TODAY), str(size)", undefined],
    // Names that the text itself defines.
    ["balance = 1\n        local, (later, *key) = balance, 2\n        print(later, key)", undefined],
    ["for i, (balance, local) in first: print(balance, local)", undefined],
    ["f = lambda balance=(1, 2), *local: balance + local", undefined],
    ["with first as balance, last as local: balance.close(local)", undefined],
    ["return [balance.x for balance in first if balance]", undefined],
    ["return [\n            balance.x\n            for balance in first\n        ]", undefined],
    ["if first: balance = last", undefined],
    ["if (balance := first): return balance", undefined],
    ["try: pass\n        except OSError as balance: print(balance)", undefined],
    ["match first:\n            case (balance, [local, *rest]): return balance, local, rest", undefined],
    ["match first:\n            case Point(key) | {'a': later, **more}: return key, later, more", undefined],
    ["from local import balance\n        return balance", undefined],
    ["def inner(balance, *, local=1):\n            return balance + local", undefined],
    ["balance: int", undefined],
    ["del balance", undefined],
    // Words that are not names.
    ["self.local.balance()", undefined],
    ["call(balance=1, local=2)", undefined],
    ['print("local") # argv', undefined],
  ])("%j", (text, name) => expect(foreign(account, text)).toBe(name));

  test.each([
    ["def f(b):\n    pass\n\ndef g(|):\n    pass\n", "b"],
    ["def f(b):\n    pass\n\ndef g(\n    a,\n    |\n):\n    pass\n", "b: int = 1"],
    ["def f(b):\n    pass\n\nx = [\n    |\n    for b in c\n]\n", "b"],
    ['def f(b):\n    pass\n\ndef g():\n    """Says\n    |\n    """\n', "the b of it"],
    ["from m import *\ndef f(b):\n    pass\n\n|\n", "b"],
    ["def f(b):\n    pass\n\n|\n\nx = (\ndef g(b):\n    pass\n", "b"],
    ["def f(b):\n    pass\n\n|\n\nclass C(\n    b = 1\n", "b"],
    ["def f(b):\n    pass\n\nx = (b, |\n", "b"],
    ["import a import b import c\ndef f(b):\n    pass\n\n|\n", "b"],
    ["def g(b):\n    text = '''\nflush left\n'''\n    |\n\ndef f(b):\n    pass\n", "return b"],
    ["def g(b) -> Union[\n    A, B\n]:\n    |\n\ndef f(b):\n    pass\n", "return b"],
    ["def g(b):\n    def h():\n        |\n\ndef f(b):\n    pass\n", "return b"],
    ["def größe(a):\n    pass\n\ndef f():\n    |\n", "return größe(1)"],
  ])("in doubt, %j knows %j", (marked, text) => expect(foreign(marked, text)).toBeUndefined());

  test.each([
    "import a\nimport cimport d\ndef f(b):\n    pass\n\n|\n",
    "def f(b):\n    pass\n\n|\n\nx = (\n",
    "x = = 3\n\ndef f(b):\n    pass\n\ndef g(a):\n    |\n",
  ])("an error in a statement that defines nothing is no doubt: %j", (marked) => {
    expect(foreign(marked, "b")).toBe("b");
  });

  test("knows what stands elsewhere", () => {
    expect(foreign("def f(b):\n    pass\n\n|\n", "b")).toBe("b");
    expect(foreign("def f(b):\n    pass\n\n|\n", "b", ["b"])).toBeUndefined();
  });

  test("looks at the name that the range goes on with, not at one in front of it", () => {
    const file = "def f(size):\n    pass\n\n\ndef g(a):\n    return ";
    expect(foreign(`${file}si|\n`, "ze")).toBe("size");
    expect(foreign(`${file}size|\n`, " + a")).toBeUndefined();
  });
});
