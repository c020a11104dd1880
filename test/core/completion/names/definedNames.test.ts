import { describe, expect, test } from "vitest";
import { nameDefined, namesBeside } from "../../../../extension/core/completion/names/definedNames.ts";

describe("namesBeside", () => {
  const above = `
class A:
    def one(self):
        def inner():
            pass

    async def two(self):  # with a note
        pass

    @property
    def three(self):
        pass

`;
  test.each<[string, string, number, string[]]>([
    [above, "", 4, ["one", "two"]],
    [above, "", 8, []],
    [above, "", 0, ["A"]],
    [
      above,
      "    def four(self):\n        pass\n\n    @three.setter\n    def three(self, to): ...\n\ndef five(): ...\n",
      4,
      ["one", "two", "four"],
    ],
    [above, "\ndef five(): ...\n", 0, ["A", "five"]],
    [`${above}class B:\n`, "", 4, []],
    ["try:\n    def f(): ...\nexcept ImportError:\n", "", 4, []],
    // With a decorator, the same name may be intended.
    [`${above}    @two.register\n`, "", 4, []],
  ])("%j + %j at %d: %j", (text, below, indent, names) => {
    expect([...namesBeside(text, `\n${below}`, indent)].toSorted()).toEqual(names.toSorted());
  });
});

describe("nameDefined", () => {
  test.each<[string, string, ReturnType<typeof nameDefined>]>([
    ["", "def f(a):", { name: "f", indent: 0 }],
    ["    ", "class A:", { name: "A", indent: 4 }],
    ["    async d", "ef é_1(", { name: "é_1", indent: 4 }],
    ["def are", "a(w, h):", { name: "area", indent: 0 }],
    ["def area", "_of(w, h):", { name: "area_of", indent: 0 }],
    // The user has written the whole name.
    ["def area", "(w, h):", undefined],
    ["def area(", "w, h):", undefined],
    ["", "define(a)", undefined],
    ["x = ", "def", undefined],
  ])("%j + %j: %j", (begun, added, found) => expect(nameDefined(begun, added)).toEqual(found));
});
