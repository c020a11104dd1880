import { describe, expect, test } from "vitest";
import { beginningOfAnother, openedBody } from "../../../../extension/core/completion/names/openedBody.ts";

describe("openedBody", () => {
  test.each([
    ["def f():\n    ", "f", "    "],
    ["    async def f(self) -> int:  # why\n        self.", "f", "        self."],
    ["def __init__(\n    self,\n    size=(1, 2),\n) -> None:\n    ", "__init__", "    "],
    ['def f():\n    """Says: why.\n\n    More.\n    """\n    ', "f", "    "],
    ["class A:\n    def __init__(self, by: dict[str, int]):\n        se", "__init__", "        se"],
    ['def f(a):\r\n    """Says."""\r\n    x', "f", "    x"],
    ["def __init__[T: (int, str), *Ts](self, of: list[T]):\n    ", "__init__", "    "],
    ["def f[T: dict[str, int]](x):\n    ", "f", "    "],
    [`def f(x="(", y=(1, ")"), z='\\'('):\n    `, "f", "    "],
    ["def f(\n    a,  # the caller's (as it is\n    b,\n):\n    ", "f", "    "],
    ["def f():\n\n    # First the rest.\n    ", "f", "    "],
    ["def f():\n    # Why.\n    '''Says.'''\n\n    # Then.\n    go", "f", "    go"],
  ])("%j", (text, name, line) => {
    expect(openedBody(text)).toEqual({ name, line });
  });

  test.each(["", "def f():", "def f(", "def f():\n    one()\n    ", "if undef(a):\n    ", "class A:\n    "])(
    "%j is no beginning of a body",
    (text) => {
      expect(openedBody(text)).toBeUndefined();
    },
  );

  test("is quick on texts that almost match", () => {
    const startedAt = performance.now();
    openedBody(`def f(${"(a".repeat(400)}`);
    openedBody(`def f(${"a, ".repeat(300)}):\n${'    """'.repeat(100)}`);
    openedBody(`def f[${"T[a".repeat(200)}`);
    openedBody(`def f(${"# a\n".repeat(190)}`);
    openedBody(`def f(${`"(" '`.repeat(160)}`);
    openedBody(`${"def f():\n".repeat(10)}${"#\n".repeat(300)}${'"""'.repeat(30)}\nx\n`);
    expect(performance.now() - startedAt).toBeLessThan(200);
  });
});

describe("beginningOfAnother", () => {
  const above = (own: string, more = ""): string => `
class A:
    def push(self, item):
        self.items.append(item)

    def check(self):
        if self.closed:
            raise ValueError
${more}
    def ${own}(self):
        """Says."""
`;
  const line = "        self.items.append(item)";
  test.each([
    ["pop", "", line, true],
    ["pop", "", "        self.items.pop()", false],
    // Blocks may begin alike, and so may tests and lines that say nothing about the object.
    ["pop", "\n    def size(self):\n        result = []\n", "        result = []", false],
    ["pop", "", "        if self.closed:", false],
    ["test_pop", "", line, false],
    // An override has the same name; two others make a habit.
    ["push", "", line, false],
    ["pop", `\n    def put(self, item):\n${line}\n`, line, false],
    // The same line further down in the other body does not count.
    ["pop", "", "            raise ValueError", false],
  ])("%s %j %j: %j", (own, more, first, expected) => {
    expect(beginningOfAnother(above(own, more))(first)).toBe(expected);
  });

  test("only the first line of a function is one", () => {
    expect(beginningOfAnother(`${above("pop")}        a = 1\n`)(line)).toBe(false);
  });
});
