import { expect, test } from "vitest";
import { firstForeignName } from "../../../../extension/core/completion/names/foreignNames.ts";
import { at } from "../fakes.ts";

const account = `import os

rate = 2

class Account:
    limit = 3

    def __init__(
        self, owner, balance=0,
    ) -> None:
        local = owner
        self.balance = balance

    def deposit(self, amount):
        first = amount
        |
        last = first

    def close(self):
        later = elsewhere(1)


def main(argv):
    pass
`;

test.each<[string, string | undefined]>([
  ["self.balance = balance", "balance"],
  ["self.balance = amount + local", "local"],
  ["a = later\n        b = balance", "later"],
  ["main(argv)", "argv"],
  // What it sees: parameters, its own names also below, the class, the module, functions, what every module has.
  ["print(amount, first, last, limit, rate, os, Account, main, deposit)", undefined],
  ["raise ValueError(amount)", undefined],
  // What another function only reads may come from anywhere.
  ["elsewhere(amount)", undefined],
  // What nobody has may be an import that is still to come.
  ["json.dumps(amount)", undefined],
  // What it gives a meaning itself.
  ["balance = 1\n        local, later = balance, 2\n        later", undefined],
  ["for balance in first: print(balance)", undefined],
  ["f = lambda balance: balance", undefined],
  ["with first as balance: balance.close()", undefined],
  ["call(balance=1, local=2)", undefined],
  ["balance: int", undefined],
  // Names that are none.
  ["self.local.balance()", undefined],
  ['print("local", f"{balance}")  # argv', undefined],
])("%j", (text, name) => {
  const cursor = at(account);
  const found = firstForeignName(text, cursor);
  expect(found === undefined ? undefined : text.slice(found, found + (name ?? "").length)).toBe(name);
});

test.each([
  ["def f(a):\n    b = 1\n\ndef g(|):\n    pass\n", "b"],
  ["def f(a):\n    b = 1\n\ndef g(\n    |\n):\n    pass\n", "b: int"],
  ["def f(a):\n    b = 1\n\nx = [\n    |\n    for b in c\n]\n", "b"],
  ["def f(a):\n    b = 1\n\ndef g(a: int, |):\n    pass\n", "b: int"],
  ["from m import *\ndef f(a):\n    b = 1\n\n|\n", "b"],
])("in doubt, %j knows %j", (text, name) => {
  expect(firstForeignName(name, at(text))).toBeUndefined();
});

test("a name that the user has begun counts, one that is written does not", () => {
  const file = "def f(size):\n    pass\n\n\ndef g(a):\n    return ";
  expect(firstForeignName("ze", { prefix: `${file}si`, suffix: "\n" })).toBe(0);
  expect(firstForeignName(" + a", { prefix: `${file}size`, suffix: "\n" })).toBeUndefined();
});
