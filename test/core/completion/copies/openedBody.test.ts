import { describe, expect, test } from "vitest";
import { openedBody } from "../../../../extension/core/completion/copies/openedBody.ts";

describe("openedBody", () => {
  test.each([
    ["def f():\n    ", false, "    "],
    ["    async def f(self) -> int:  # why\n        self.", false, "        self."],
    ["def __init__(\n    self,\n    size=(1, 2),\n) -> None:\n    ", true, "    "],
    ['def f():\n    """Says: why.\n\n    More.\n    """\n    ', false, "    "],
    ["class A:\n    def __init__(self, by: dict[str, int]):\n        se", true, "        se"],
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
    expect(performance.now() - startedAt).toBeLessThan(200);
  });
});
