import { describe, expect, test } from "vitest";
import { copyModel, type CopyContext } from "../../../../extension/core/completion/copies/copyModel.ts";
import { findCopies } from "../../../../extension/core/completion/copies/copySearch.ts";
import { reindented } from "../../../../extension/core/completion/copies/reindent.ts";
import { seededRandom } from "../../../../extension/core/foundation/random.ts";

const nothing: CopyContext = { path: "a/b.py", prefix: "", suffix: "", copies: [], context: [] };
const texts = (context: Partial<CopyContext>, written = ""): readonly string[] =>
  copyModel({ ...nothing, ...context })(written).map(({ text }) => text);

describe("copyModel", () => {
  test("proposes what followed before and after the cursor, the longest match first", () => {
    const prefix = "x = one.first()\ny = one.second()\nx = one.";
    const found = copyModel({ ...nothing, prefix, suffix: "\nz = one.third()\n" })("");
    expect(found.map(({ text, source, length }) => [text.split("\n")[0], source, length])).toEqual([
      ["first()", "before", 8],
      ["second()", "before", 7],
      ["third()", "after", 7],
    ]);
    expect(found[1]!.distance).toBeGreaterThan(0);
  });

  test("follows the copies of a request as long as the text agrees, then searches their texts", () => {
    const copies = [
      { path: "a/c.py", before: "def f(self):\n    self.", after: "start(now)\n    self.stop(later)\n" },
      { path: "d.py", before: "    self.", after: "close()\n" },
    ];
    const request = { prefix: "def f(self):\n    self.", copies };
    expect(texts(request)).toEqual([copies[0]!.after, copies[1]!.after]);
    expect(texts(request, "st")).toEqual(["art(now)\n    self.stop(later)\n", "op(later)\n"]);
    expect(texts(request, "begin(now)\n    self.st")[0]).toBe("op(later)\n");
    expect(copyModel({ ...nothing, ...request })("").map(({ isNear }) => isNear)).toEqual([true, false]);
  });

  test("leaves out copies of an earlier text, which end unlike the prefix", () => {
    const copies = [
      { path: "c.py", before: "    self.", after: "close()\n" },
      { path: "d.py", before: "lines = ", after: "read()\n" },
    ];
    expect(texts({ prefix: "def f(self):\n    self.", copies })).toEqual(["close()\n"]);
  });

  test("proposes text of the context's files", () => {
    const context = [{ path: "d.py", text: "def handle(request, response):\n    return response\n" }];
    expect(texts({ prefix: "def handle(req", context })).toEqual(["uest, response):\n    return response\n"]);
  });

  test("proposes no definition of a name that is defined beside the line", () => {
    const prefix = "class A:\n    def __init__(self):\n        self.a = 1\n\n    def ";
    const other = { path: "c.py", before: "\n\n    def ", after: "__init__(self, b):\n        self.b = b\n" };
    expect(texts({ prefix, copies: [other] })).toEqual([]);
    expect(texts({ prefix: `class B:\n    def `, copies: [other] })).toEqual([other.after]);
    // Once the user has written the name, its definition is proposed.
    expect(texts({ prefix: `${prefix}__init__(` })[0]).toMatch(/^self\):/);
    expect(texts({ prefix: `class A:\n    `, suffix: "\n\n    def f(self):\n        pass\n" }, "def ")).toEqual([]);
  });

  test("moves copied lines to the indentation of the cursor's line", () => {
    const copies = [
      { path: "c.py", before: "        if ready:", after: "\n            go()\n        else:\n    stop()\n" },
    ];
    expect(texts({ prefix: "if ready:", copies })).toEqual(["\n    go()\nelse:\nstop()\n"]);
    expect(reindented("a\n  b\n\n", "  ", "    ")).toBe("a\n    b\n\n");
  });

  test("a method does not begin as the constructor did, unless what is written of its line is there, too", () => {
    const made = "class Stack:\n    def __init__(self):\n        self.items = []\n";
    const method = `${made}\n    def __len__(self):\n        `;
    expect(texts({ prefix: method })).toEqual([]);
    expect(texts({ prefix: `${made}\n    def size(self):\n        '''The number.'''\n        ` })).toEqual([]);
    expect(
      texts({ prefix: method, copies: [{ path: "c.py", before: made.slice(0, -16), after: "self.items = []\n" }] }),
    ).toEqual([]);
    const typed = copyModel({ ...nothing, prefix: `${method}self.it` })("");
    expect(typed.map(({ text, length }) => [text.split("\n")[0], length])).toEqual([["ems = []", 15]]);
    // Another constructor begins like this.
    const again = `${made}\n\nclass Queue:\n    def __init__(self):\n        `;
    expect(texts({ prefix: again })[0]).toMatch(/^self.items = \[\]\n/u);
  });

  test("no function begins as exactly one other did, unless the user has begun so, but tests do", () => {
    const prefix = (name: string): string => `def f(self):\n    self.b(1)\n\n\ndef ${name}(self):\n    `;
    expect(texts({ prefix: prefix("g") })).toEqual([]);
    expect(texts({ prefix: prefix("g") }, "self.")).toEqual([]);
    expect(texts({ prefix: `${prefix("g")}self.` })[0]).toMatch(/^b\(1\)\n/u);
    expect(texts({ prefix: prefix("test_g") })[0]).toMatch(/^self\.b\(1\)\n/u);
  });

  test("proposes nothing behind blanks, and nothing from an empty file", () => {
    expect(texts({ prefix: "\n\n    " })).toEqual([]);
    expect(texts({})).toEqual([]);
  });
});

describe("findCopies", () => {
  test("finds what a comparison of all places finds", () => {
    const random = seededRandom(1, "copies");
    const letters = (count: number): string =>
      Array.from({ length: count }, () => "ab(.\n "[random.integer(6)]).join("");
    for (let round = 0; round < 200; round++) {
      const source = { text: letters(80), kind: "elsewhere", isNear: false } as const;
      const before = letters(1 + random.integer(12));
      const found = findCopies([source], before, 1000);
      for (const { at, length } of found) {
        expect(source.text.slice(at - length, at)).toBe(before.slice(before.length - length));
        expect(source.text[at - length - 1] === before[before.length - length - 1] && before.length > length).toBe(
          false,
        );
      }
      const visible = (text: string): number => text.replace(/\s/g, "").length;
      const places = [...source.text].flatMap((_, i) => {
        let length = 0;
        while (length < Math.min(i, before.length) && source.text[i - 1 - length] === before.at(-1 - length)) length++;
        return length >= 3 && visible(before.slice(-length)) >= 2 ? [i] : [];
      });
      expect(found.map(({ at }) => at).sort((a, b) => a - b)).toEqual(places);
    }
  });
});
