import { describe, expect, test } from "vitest";
import { openedBody } from "../../../../extension/core/completion/copies/openedBody.ts";

describe("openedBody", () => {
  test.each([
    ["def f():\n    ", false, "    "],
    ["    async def f(self) -> int:  # why\n        self.", false, "        self."],
    ["def __init__(\n    self,\n    size=(1, 2),\n) -> None:\n    ", true, "    "],
    ['def f():\n    """Says: why.\n\n    More.\n    """\n    ', false, "    "],
    ["class A:\n    def __init__(self, by: dict[str, int]):\n        se", true, "        se"],
    ['def f(a):\r\n    """Says."""\r\n    x', false, "    x"],
    ["def __init__[T: (int, str), *Ts](self, of: list[T]):\n    ", true, "    "],
    ["def f[T: dict[str, int]](x):\n    ", false, "    "],
    [`def f(x="(", y=(1, ")"), z='\\'('):\n    `, false, "    "],
    ["def f(\n    a,  # the caller's (as it is\n    b,\n):\n    ", false, "    "],
    ["def f():\n\n    # First the rest.\n    ", false, "    "],
    ["def f():\n    # Why.\n    '''Says.'''\n\n    # Then.\n    go", false, "    go"],
  ])("%j", (text, isConstructor, line) => {
    expect(openedBody(text)).toEqual({ isConstructor, line });
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
